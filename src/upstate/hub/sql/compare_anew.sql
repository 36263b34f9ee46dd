-- What was compared and has not landed: by now the state may hold something else. Its batches are kept; those that come
-- out the same again are not sent twice.
UPDATE hub_order
SET state = 'waiting', batches = NULL, delivered_at = NULL
WHERE resync_id = %(resync)s AND state = 'delivered' AND NOT everything
