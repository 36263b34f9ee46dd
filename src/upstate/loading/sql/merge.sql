-- Compare before writing: an equal row is not touched, and a column the state owns is never named in the update.
with merged as (
    merge into {table} as held
    using (select * from candidate as record where {slice}) as record
    on held.district_id = %(district)s and {same}
    {update}
    when not matched then insert (district_id, {columns}) values (record.district_id, {values})
    returning merge_action() as action
)
select count(*) filter (where action = 'INSERT'), count(*) filter (where action = 'UPDATE') from merged
