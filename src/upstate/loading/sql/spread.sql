-- One step down a self-reference: children of what was found in this object, not yet found themselves.
insert into finding
select {record_keys}, parent.class, case parent.class when 2 then 'blocked' else 'excluded' end,
    case parent.class when 2 then 'parent_failed' else 'parent_excluded' end, %(columns)s::text,
    format(case parent.class when 2 then 'Its %%s %%s did not land.' else 'Policy keeps its %%s %%s out.' end,
        %(object)s::text, array_to_string(parent.key, '|', '?')),
    format('Nothing is wrong with this record. Mend %%s %%s first.', parent.root_object,
        array_to_string(parent.root_key, '|', '?')),
    parent.root_object, parent.root_key, parent.root_reason, 1
from {candidates} as record
join (
    select distinct on ({keys}) {keys}, {found_key} as key, case when class in (-1, 1, 2) then 2 else 3 end as class,
        root_object, root_key, root_reason
    from finding order by {keys}, reason, "column"
) as parent on {on}
where record.district_id = %(district)s and not exists (select from finding where {found})
