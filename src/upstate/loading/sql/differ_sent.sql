-- What the district has and the state lacks or holds otherwise. Values the state owns are its own business.
insert into pg_temp.difference
select case when {missing} then 'district_only' else 'different' end, {sent_key},
    case when {missing} then '{{}}'::text[] when found.pushed <> '{{}}' then found.pushed else found.owned end,
    case when not {missing} and found.pushed = '{{}}' then 'state_owned' end
from pg_temp.candidate as record
left join {table} as held on held.district_id = %(district)s and {same}
cross join lateral (select {pushed} as pushed, {owned} as owned) as found
where {missing} or found.pushed <> '{{}}' or found.owned <> '{{}}'
