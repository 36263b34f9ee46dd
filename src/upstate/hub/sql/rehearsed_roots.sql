-- The roots that a rehearsal met, whatever would hold back most first; the columns are those of roots.sql.
SELECT NULL::bigint AS id, object AS root_object, key AS root_key, reason AS root_reason, verdict, message, advice, blocks, by_object
FROM hub_rehearsed_root
WHERE resync_id = %(resync)s
    AND coalesce(object = %(object)s::text, true)
    AND coalesce(verdict = %(verdict)s::text, true)
ORDER BY blocks DESC, object, reason, key
LIMIT %(limit)s::bigint
