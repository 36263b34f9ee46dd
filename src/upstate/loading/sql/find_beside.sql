-- Of a selective order: records that share what must be unique with a row that stays as it is. Where that row's own record
-- is kept out just now, it is the one to mend; otherwise nobody here can tell which of the two is right.
insert into finding
select {record_keys}, 1, 'failed', 'duplicate', %(columns)s::text,
    format('%%s is the same as in %%s %%s%%s.', %(columns)s::text, %(object)s::text, array_to_string({held_key}, '|'),
        case when stays.rejected then ', as the state still holds it' else '' end),
    format(case when stays.rejected then 'Send that %%s first, or correct this one.'
        else 'Only one %%s may have these values: correct one record, or remove it.' end, %(object)s::text),
    %(object)s::text, case when stays.rejected then {held_key} else {key_text} end, 'duplicate', 1
from {candidates} as record
join {table} as held on held.district_id = %(district)s and {on}
cross join lateral (
    select exists (
        select from hub_rejection
        where district_id = %(district)s and object = %(object)s::text and key = {held_key} and resolved_at is null
    ) as rejected
) as stays
where record.district_id = %(district)s and {unfound}
    and not exists (select from {candidates} as sent where sent.district_id = %(district)s and {sent})
