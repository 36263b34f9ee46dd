-- What this claim of an order came to, if it landed here before.
select counts from state_parts.landed
where district_id = %(district)s and year = %(zone_year)s and order_id = %(order)s and epoch = %(epoch)s
