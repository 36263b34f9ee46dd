-- Of a comparison: the values that must be unique and come more than once, in what the state holds of the district, of
-- whatever year, or in what was sent. Where there are none, no record can be a duplicate.
create temporary table {shared} on commit drop as
select {columns} from (
    select {held} from {table} as held where held.district_id = %(district)s
    union all
    select {sent} from pg_temp.candidate as sent where sent.district_id = %(district)s
) as record
where {complete}
group by {columns} having count(*) > 1
