-- Of a comparison: the records whose values that must be unique come more than once, in what the state holds of the
-- district, of whatever year, or in what was sent. Only values whose hash came more than once are looked at.
insert into {shared}
select {keys} from (
    select record.*, count(*) over (partition by {columns}) as "times:" from (
        select {held}, {held_hash} as "hash:" from {table} as held where held.district_id = %(district)s
        union all
        select {sent}, {sent_hash} as "hash:" from pg_temp.candidate as sent where sent.district_id = %(district)s
    ) as record
    where {complete} and record."hash:" = any (%(repeated)s)
) as record
where record."times:" > 1
