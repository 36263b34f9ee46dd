-- The same where it is known that the state's rows share nothing among themselves: values that come more than once are
-- in what was sent and may land.
insert into {shared}
with sent as materialized (
    select {sent} from pg_temp.candidate as sent
    where sent.district_id = %(district)s and not exists (select from finding where {found})
)
select {keys} from (
    select record.*, count(*) over (partition by {columns}) as "times:" from (
        select * from sent
        union all
        select {held} from {table} as held
        where held.district_id = %(district)s and exists (select from sent where {alike})
    ) as record
    where {complete}
) as record
where record."times:" > 1
