-- How many rows of the district this order's snapshot speaks for.
select count(*) from {table} as held where held.district_id = %(district)s and {same_year}
