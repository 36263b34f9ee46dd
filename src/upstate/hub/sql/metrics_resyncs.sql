-- Resyncs that have not ended, by state, and since how many seconds the oldest of each is there.
SELECT state, count(*), extract(epoch FROM now() - min(placed_at))::float8
FROM hub_resync
WHERE state IN ('queued', 'running')
GROUP BY state
