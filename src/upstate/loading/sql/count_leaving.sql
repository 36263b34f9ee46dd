-- How many of an object's rows would go, and how many there are.
select (select count(*) from {leaving} where stays = ''),
    (select count(*) from {table} as held where held.district_id = %(district)s and {same_year})
