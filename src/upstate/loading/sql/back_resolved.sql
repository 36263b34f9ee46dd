-- Which rejections were resolved among those that went along (settle_other_years.sql).
select id from pg_temp.hub_rejection where resolved_by_id = %(resync)s::bigint
