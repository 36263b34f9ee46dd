-- Records that share what must be unique with a row that stays as it is: of a record that the district no longer has, or
-- of one that does not land this time, or of another year.
insert into finding
select {record_keys}, 1, 'failed', 'duplicate', %(columns)s::text,
    format('%%s is the same as in %%s %%s, %%s.', %(columns)s::text, %(object)s::text, array_to_string({held_key}, '|'),
        case when stays.gone then 'which the state still holds and the district no longer has'
            else 'as the state still holds it' end),
    format(case when stays.gone then 'Remove the leftover %%s at the state, or give this record its key back.'
        else 'Send that %%s first, or correct this one.' end, %(object)s::text),
    %(object)s::text, {key_text}, 'duplicate', 1
from (
    select {keys}, bool_or(gone) as gone from (
        select {keys}, true as gone from pg_temp.gone
        union all select {keys}, false from finding
        union all select {refused_keys}, false from refusal where {readable}
        {other_years}
    ) as every group by {keys}
) as stays
join {table} as held on held.district_id = %(district)s and {is_held}
join {candidates} as record on {on}
where record.district_id = %(district)s and {unfound}
