-- Counts what becomes of orders, by district: how many ended, with how many records of each verdict, and how many were
-- taken over from a reader. A row of a district is written by its own orders alone, so no district waits for another.
CREATE FUNCTION hub_count_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hub_counter (district_id, name, label, value)
    SELECT zone.district_id, counted.name, counted.label, counted.value
    FROM (VALUES
        ('leases', 'expired', (new.state = 'reading' AND old.lease_until IS NOT NULL)::integer::bigint),
        ('leases', 'released', (new.state = 'reading' AND old.lease_until IS NULL)::integer),
        ('orders', 'failed', (new.state = 'failed')::integer),
        ('orders', 'landed', (new.state = 'landed')::integer),
        ('records', 'blocked', CASE new.state WHEN 'landed' THEN new.blocked END),
        ('records', 'created', CASE new.state WHEN 'landed' THEN new.created END),
        ('records', 'deleted', CASE new.state WHEN 'landed' THEN new.deleted END),
        ('records', 'excluded', CASE new.state WHEN 'landed' THEN new.excluded END),
        ('records', 'failed', CASE new.state WHEN 'landed' THEN new.failed END),
        ('records', 'unchanged', CASE new.state WHEN 'landed' THEN new.unchanged END),
        ('records', 'updated', CASE new.state WHEN 'landed' THEN new.updated END)
    ) AS counted (name, label, value)
    CROSS JOIN hub_resync AS resync
    JOIN hub_zone AS zone ON zone.id = resync.zone_id
    WHERE resync.id = new.resync_id AND counted.value > 0
    ORDER BY counted.name, counted.label
    ON CONFLICT (district_id, name, label) DO UPDATE SET value = hub_counter.value + excluded.value;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_order AFTER UPDATE OF state, epoch ON hub_order FOR EACH ROW
WHEN (
    old.state NOT IN ('landed', 'failed') AND new.state IN ('landed', 'failed')
    OR old.state = 'reading' AND new.state = 'reading' AND new.epoch > old.epoch
) EXECUTE FUNCTION hub_count_order();
-- a landing may write with triggers off (session_replication_role), and is counted all the same
ALTER TABLE hub_order ENABLE ALWAYS TRIGGER count_order;
INSERT INTO hub_counter (district_id, name, label, value)
SELECT zone.district_id, counted.name, counted.label, sum(counted.value)
FROM hub_order AS orders
JOIN hub_resync AS resync ON resync.id = orders.resync_id
JOIN hub_zone AS zone ON zone.id = resync.zone_id
CROSS JOIN LATERAL (VALUES
    ('orders', orders.state, 1::bigint),
    ('records', 'blocked', CASE orders.state WHEN 'landed' THEN orders.blocked END),
    ('records', 'created', CASE orders.state WHEN 'landed' THEN orders.created END),
    ('records', 'deleted', CASE orders.state WHEN 'landed' THEN orders.deleted END),
    ('records', 'excluded', CASE orders.state WHEN 'landed' THEN orders.excluded END),
    ('records', 'failed', CASE orders.state WHEN 'landed' THEN orders.failed END),
    ('records', 'unchanged', CASE orders.state WHEN 'landed' THEN orders.unchanged END),
    ('records', 'updated', CASE orders.state WHEN 'landed' THEN orders.updated END)
) AS counted (name, label, value)
WHERE orders.state IN ('landed', 'failed') AND counted.value > 0
GROUP BY zone.district_id, counted.name, counted.label
