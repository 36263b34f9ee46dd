-- Where zones stand in their scoped year: when it was switched to, the newest finished full resync since then, what that
-- came to, what changed at the state after it, and whether a resync of the zone has not ended.
SELECT
    zone.id AS zone,
    switched.at AS switched_at,
    whole.id AS resync,
    whole.started_at,
    whole.objects,
    result.processed,
    result.errors,
    result.green,
    result.yellow,
    result.red,
    changed.at AS changed_at,
    changed.records AS changed,
    EXISTS (
        SELECT 1 FROM hub_resync WHERE zone_id = zone.id AND state IN ('queued', 'running')
    ) AS unended
FROM hub_zone AS zone
LEFT JOIN LATERAL (
    SELECT max(at) AS at
    FROM hub_year_switch
    WHERE zone_id = zone.id AND to_year = zone.school_year AND to_year > from_year
) AS switched ON true
LEFT JOIN LATERAL (
    SELECT id, started_at, objects
    FROM hub_resync
    WHERE zone_id = zone.id
        AND school_year = zone.school_year
        AND mode = 'full'
        AND state = 'finished'
        AND coalesce(started_at > switched.at, true)
    ORDER BY id DESC
    LIMIT 1
) AS whole ON true
LEFT JOIN LATERAL (
    SELECT
        sum(counted.processed)::bigint AS processed,
        sum(counted.errors)::bigint AS errors,
        count(*) FILTER (WHERE counted.errors = 0) AS green,
        count(*) FILTER (WHERE counted.errors > 0 AND counted.errors * 100 <= counted.processed) AS yellow,
        count(*) FILTER (WHERE counted.errors * 100 > counted.processed) AS red
    FROM (
        SELECT
            failed + blocked + excluded AS errors,
            created + updated + unchanged + failed + blocked + excluded AS processed
        FROM hub_order
        WHERE resync_id = whole.id
    ) AS counted
) AS result ON true
LEFT JOIN LATERAL (
    SELECT max(orders.finished_at) AS at, sum(orders.created + orders.updated + orders.deleted)::bigint AS records
    FROM hub_resync AS later
    JOIN hub_order AS orders ON orders.resync_id = later.id
    WHERE later.zone_id = zone.id
        AND later.school_year = zone.school_year
        AND later.id > whole.id
        AND later.mode <> 'rehearsal'
        AND orders.created + orders.updated + orders.deleted > 0
) AS changed ON true
WHERE zone.id = ANY(%(zones)s)
