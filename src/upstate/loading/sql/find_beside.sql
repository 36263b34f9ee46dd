-- Of a selective order: records that share what must be unique with a row that stays as it is. Where that row's own record
-- is kept out just now, they hang on what keeps it out; otherwise nobody here can tell which of the two is right.
insert into finding
select {record_keys}, way.class, way.verdict, way.reason, %(columns)s::text,
    format('%%s is the same as in %%s %%s%%s.', %(columns)s::text, %(object)s::text, array_to_string({held_key}, '|'), way.said),
    format(way.advice, %(object)s::text),
    coalesce(kept.root_object, %(object)s::text), coalesce(kept.root_key, {key_text}), coalesce(kept.root_reason, way.reason), 1
from {candidates} as record
join {table} as held on held.district_id = %(district)s and {on}
left join lateral (
    select verdict, root_object, root_key, root_reason
    from (
        select 1 as at, verdict, root_object, root_key, root_reason from finding where {is_held}
        union all
        select 1, 'failed', %(object)s::text, key, reason from refusal where key = {held_key}
        union all
        select 2, verdict, root_object, root_key, root_reason from hub_rejection
        where district_id = %(district)s and object = %(object)s::text and key = {held_key} and resolved_at is null
    ) as rejected
    order by at, verdict = 'excluded', root_object, root_key, root_reason
    limit 1
) as kept on true
join ({ways}) as way (why, class, verdict, reason, said, advice)
    on way.why = case kept.verdict when 'excluded' then 'excluded' when 'failed' then 'failed' when 'blocked' then 'failed'
        else 'not sent' end
where record.district_id = %(district)s and {unfound}
    and not exists (select from {candidates} as sent where sent.district_id = %(district)s and {sent})
