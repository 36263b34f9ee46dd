-- The receipt of an order that landed: what the state holds now, and what of both ends must be the same.
update hub_receipt set state = %(state)s, district_landed = %(district_landed)s, state_landed = %(state_landed)s
where order_id = %(order)s
