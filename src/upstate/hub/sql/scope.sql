-- Whose rows a reader compares with, and what rules see of the zone; it is still there, so its order is not to be given to
-- another. That need not be durable: an order whose lease was forgotten is fenced by its epoch all the same.
WITH renewed AS (
    UPDATE hub_order
    SET lease_until = now() + %(lease)s
    FROM hub_resync AS resync
    JOIN hub_zone AS zone ON zone.id = resync.zone_id
    WHERE hub_order.id = %(order)s
        AND hub_order.epoch = %(epoch)s
        AND hub_order.state = 'reading'
        AND resync.id = hub_order.resync_id
    RETURNING zone.district_id, resync.school_year, zone.edition
)
SELECT renewed.district_id, renewed.school_year, renewed.edition
FROM renewed
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
