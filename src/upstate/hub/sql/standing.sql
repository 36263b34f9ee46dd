-- Where an order stands, to say why a word about it was refused.
SELECT state, epoch, batches
FROM hub_order
WHERE id = %(order)s
