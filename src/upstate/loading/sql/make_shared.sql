-- Of a comparison: the values that must be unique and come more than once, in what the state holds of the district, of
-- whatever year, or in what was sent. Only values whose hash came more than once are looked at.
create temporary table {shared} on commit drop as
select {columns} from (
    select {held} from {table} as held where held.district_id = %(district)s and {held_hash} = any (%(repeated)s)
    union all
    select {sent} from pg_temp.candidate as sent where sent.district_id = %(district)s and {sent_hash} = any (%(repeated)s)
) as record
where {complete}
group by {columns} having count(*) > 1
