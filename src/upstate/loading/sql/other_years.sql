-- Rows of other years, of which this order's snapshot says nothing.
union all select {keys}, false, null from {table} as held
where held.district_id = %(district)s and not coalesce({same_year}, false)
    and not exists (select from pg_temp.candidate as sent where {sent})
