-- A request of which every resync has ended and whose asker was not told yet, kept from other workers until the commit.
SELECT
    request.id,
    (
        SELECT count(*)
        FROM hub_requested_district AS requested
        JOIN hub_resync AS resync ON resync.id = requested.resync_id
        WHERE requested.request_id = request.id AND resync.state = 'finished'
    ) AS finished,
    (
        SELECT count(*)
        FROM hub_requested_district AS requested
        JOIN hub_resync AS resync ON resync.id = requested.resync_id
        WHERE requested.request_id = request.id AND resync.state = 'failed'
    ) AS failed
FROM hub_state_request AS request
WHERE request.noticed_at IS NULL
    AND NOT EXISTS (
        SELECT 1
        FROM hub_requested_district AS requested
        JOIN hub_resync AS resync ON resync.id = requested.resync_id
        WHERE requested.request_id = request.id AND resync.state IN ('queued', 'running')
    )
ORDER BY request.id
LIMIT 1
FOR UPDATE OF request SKIP LOCKED
