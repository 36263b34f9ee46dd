-- A reader that waits for room, or comes back to what it claimed, is still there: keep its order from being given to another.
-- That need not be durable: an order whose lease was forgotten is fenced by its epoch all the same.
WITH renewed AS (
    UPDATE hub_order
    SET lease_until = now() + %(lease)s
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
    RETURNING id
)
SELECT renewed.id
FROM renewed
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
