-- Records that share what must be unique with a row that stays as it is: of a record that the district no longer has, or
-- of one that does not land this time, or of another year. `kept_by`: why, and the root, of one that does not land; of
-- several roots any, but always the same.
insert into finding
select {record_keys}, way.class, way.verdict, way.reason, %(columns)s::text,
    format('%%s is the same as in %%s %%s%%s.', %(columns)s::text, %(object)s::text, array_to_string({held_key}, '|'), way.said),
    format(way.advice, %(object)s::text),
    coalesce(kept_by[2], %(object)s::text), coalesce(kept_by[4:], {key_text}), coalesce(kept_by[3], way.reason), 1
from (
    select {keys}, bool_or(gone) as gone, min(kept_by) as kept_by from (
        select {keys}, true as gone, null::text[] as kept_by from pg_temp.gone
        union all select {keys}, false, array[
            case verdict when 'excluded' then 'excluded' else 'failed' end, root_object, root_reason
        ] || root_key from finding
        union all select {refused_keys}, false, array['failed', %(object)s::text, reason] || key from refusal where {readable}
        {other_years}
    ) as every group by {keys}
) as stays
join {table} as held on held.district_id = %(district)s and {is_held}
join {candidates} as record on {on}
join ({ways}) as way (why, class, verdict, reason, said, advice)
    on way.why = case when stays.gone then 'gone' else coalesce(kept_by[1], 'of another year') end
where record.district_id = %(district)s and {unfound}
