-- The history for reports: one row for every object of every resync, whatever came of it.
CREATE VIEW dis_batch_history AS
SELECT
    district.name AS district,
    resync.id AS resync,
    resync.school_year,
    orders.position,
    orders.object,
    coalesce(orders.started_at, resync.started_at, resync.placed_at) AS started,
    orders.finished_at AS finished,
    tally.processed,
    orders.created,
    orders.updated,
    orders.unchanged,
    orders.deleted,
    orders.failed,
    orders.blocked,
    orders.excluded,
    orders.leftovers,
    tally.errors,
    CASE
        WHEN orders.state = 'failed' THEN 'red'
        WHEN orders.state <> 'landed' THEN 'gray'
        WHEN tally.errors = 0 THEN 'green'
        WHEN tally.errors * 100 <= tally.processed THEN 'yellow'
        ELSE 'red'
    END AS status,
    orders.state,
    orders.message,
    resync.mode,
    resync.asked_by
FROM hub_order AS orders
JOIN hub_resync AS resync ON resync.id = orders.resync_id
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_district AS district ON district.id = zone.district_id
CROSS JOIN LATERAL (
    SELECT
        orders.created + orders.updated + orders.unchanged
            + orders.failed + orders.blocked + orders.excluded AS processed,
        orders.failed + orders.blocked + orders.excluded AS errors
) AS tally
