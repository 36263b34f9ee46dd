-- Of a comparison: the values that must be unique and come more than once, in what the state holds of the district, of
-- whatever year, or in what was sent. Only values whose hash came more than once are looked at.
create temporary table {shared} on commit drop as
select {columns} from (
    select {held}, {held_hash} as {hash} from {table} as held where held.district_id = %(district)s
    union all
    select {sent}, {sent_hash} as {hash} from pg_temp.candidate as sent where sent.district_id = %(district)s
) as record
where {complete} and record.{hash} = any (%(repeated)s)
group by {columns} having count(*) > 1
