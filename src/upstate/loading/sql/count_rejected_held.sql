-- How many rejected records have a row at the state already: no leftovers, the district still has them.
select count(*) from {table} as held
where held.district_id = %(district)s and {same_year} and (
    exists (select from finding where {found})
    or {held_key} in (select key from refusal)
)
