-- The state's rows that a comparison found equal to the district's: in its scope, and not set aside.
select {columns} from {table} as held
where held.district_id = %(district)s and {same_year} and not exists (select from pg_temp.aside where {aside})
