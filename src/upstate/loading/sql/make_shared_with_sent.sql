-- The same where it is known that the state's rows share nothing among themselves: values that come more than once are
-- in what was sent.
create temporary table {shared} on commit drop as
with sent as materialized (
    select {sent}, {sent_hash} as {hash} from pg_temp.candidate as sent where sent.district_id = %(district)s
)
select {columns} from (
    select * from sent
    union all
    select {held}, {held_hash} as {hash} from {table} as held
    where held.district_id = %(district)s and exists (select from sent where {alike})
) as record
where {complete}
group by {columns} having count(*) > 1
