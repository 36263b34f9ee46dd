-- Compare before writing: an equal row is not touched, and a column the state owns is never named in the update. Only
-- what differs comes to the merge itself, which fetches every row it is given once more.
with merged as (
    merge into {table} as held
    using (
        select record.* from candidate as record
        left join {table} as held on held.district_id = %(district)s and {same}
        where {slice} and (held.district_id is null or {differs})
    ) as record
    on held.district_id = %(district)s and {same}
    {update}
    when not matched then insert (district_id, {columns}) values (record.district_id, {values})
    returning merge_action() as action
)
select count(*) filter (where action = 'INSERT'), count(*) filter (where action = 'UPDATE') from merged
