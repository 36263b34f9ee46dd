-- The same where it is known that the state's rows share nothing among themselves: values that come more than once are
-- in what was sent and may land. A record that leaves these values as its row has them takes nobody's: where all do so,
-- no other row is looked at.
insert into {shared}
with sent as materialized (
    select {sent} from pg_temp.candidate as sent
    where sent.district_id = %(district)s and not exists (select from finding where {found})
),
taking as materialized (
    select from sent
    where {sent_complete} and not exists (
        select from {table} as held where held.district_id = %(district)s and {same_key} and {alike}
    )
    limit 1
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
where record."times:" > 1 and exists (select from taking)
