-- The order is landed, with its counts.
update hub_order set state = 'landed', finished_at = clock_timestamp(), lease_until = null, created = %(created)s,
    updated = %(updated)s, unchanged = %(unchanged)s, deleted = %(deleted)s, failed = %(failed)s, blocked = %(blocked)s,
    excluded = %(excluded)s, leftovers = %(leftovers)s
where id = %(order)s
