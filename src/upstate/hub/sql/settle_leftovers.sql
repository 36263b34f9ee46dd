-- A resync's leftovers are dealt with, once for all: removed, held, or left with a message.
UPDATE hub_resync
SET leftovers_settled_at = now(), leftovers_message = %(message)s
WHERE id = %(resync)s
