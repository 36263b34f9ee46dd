-- Resyncs with orders whose reader fell silent, and that nobody took over since.
SELECT resync.id, zone.district_id, count(*), (extract(epoch FROM now() - min(orders.lease_until)) / 60)::integer
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_order AS orders ON orders.resync_id = resync.id
WHERE resync.state = 'running' AND orders.state = 'reading' AND orders.lease_until < now() - interval '1 minute'
GROUP BY resync.id, zone.district_id
ORDER BY resync.id
