-- Counts what becomes of orders, as before, but for those of rehearsals: nothing came of them.
CREATE OR REPLACE FUNCTION hub_count_order() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHERE resync.id = new.resync_id AND resync.mode <> 'rehearsal' AND counted.value > 0
    ORDER BY counted.name, counted.label
    ON CONFLICT (district_id, name, label) DO UPDATE SET value = hub_counter.value + excluded.value;
    RETURN NULL;
END
$$;
