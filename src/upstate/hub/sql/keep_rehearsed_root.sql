-- A root that a rehearsal met, kept with it.
COPY hub_rehearsed_root (resync_id, object, key, reason, verdict, message, advice, blocks, by_object) FROM STDIN
