-- Orders of resyncs that have not ended, by state.
SELECT orders.state, count(*)
FROM hub_resync AS resync
JOIN hub_order AS orders ON orders.resync_id = resync.id
WHERE resync.state IN ('queued', 'running')
GROUP BY orders.state
