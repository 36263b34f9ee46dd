-- How many bytes of payload each order of a resync keeps, and whether it waits to land.
SELECT orders.id, orders.state = 'delivered' AS delivered, coalesce(sum(octet_length(batch.payload)), 0)::bigint AS size
FROM hub_order AS orders
LEFT JOIN hub_batch AS batch ON batch.order_id = orders.id
WHERE orders.resync_id = %(resync)s AND orders.state IN ('reading', 'delivered')
GROUP BY orders.id
