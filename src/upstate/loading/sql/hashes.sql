-- Of a comparison: hashes of what must be unique, 8 bytes each in one string, of every row that the state holds of the
-- district and of every record that was sent. To sort them elsewhere is several times as quick as to group by them here.
select string_agg(int8send(hash), ''::bytea) from (
    select {held_hash} as hash, {held} from {table} as held where held.district_id = %(district)s
    union all
    select {sent_hash}, {sent} from pg_temp.candidate as sent where sent.district_id = %(district)s
) as record
where {complete} and (hash & (%(parts)s::bigint - 1)) = %(part)s::bigint
