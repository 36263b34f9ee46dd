-- The first step down a self-reference from records that were refused by themselves.
insert into finding
select {record_keys}, 2, 'blocked', 'parent_failed', %(columns)s::text,
    format('Its %%s %%s did not land.', %(object)s::text, array_to_string(parent.key, '|', '?')),
    format('Nothing is wrong with this record. Mend %%s %%s first.', %(object)s::text, array_to_string(parent.key, '|', '?')),
    %(object)s::text, parent.key, parent.reason, 1
from {candidates} as record
join (
    select distinct on (key) {keys}, key, reason from refusal where {readable} order by key, reason, "column"
) as parent on {on}
where record.district_id = %(district)s and not exists (select from finding where {found} and class < 2)
