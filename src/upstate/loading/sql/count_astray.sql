-- Rows of the district whose reference leads nowhere.
select count(*) from {table} as child
where child.district_id = %(district)s and {complete} and not exists (
    select from {parent} as parent where parent.district_id = %(district)s and {on}
)
