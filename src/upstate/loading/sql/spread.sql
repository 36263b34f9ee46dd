-- One step down a self-reference: children of what does not land. A record that is found in a class of more weight is
-- left as it is; one that hangs on two such parents is told of both.
insert into finding
select {record_keys}, %(class)s::smallint, %(verdict)s::text, %(reason)s::text, %(columns)s::text,
    format(%(message)s::text, %(object)s::text, array_to_string(parent.key, '|', '?')),
    format('Nothing is wrong with this record. Mend %%s %%s first.', parent.root_object,
        array_to_string(parent.root_key, '|', '?')),
    parent.root_object, parent.root_key, parent.root_reason, 1
from {candidates} as record
join (
    select distinct on ({keys}) {keys}, {found_key} as key, root_object, root_key, root_reason
    from {causes} as cause where verdict = any (%(causes)s::text[]) order by {keys}, reason, "column"
) as parent on {on}
where record.district_id = %(district)s and not exists (
    select from finding
    where {found} and (class < %(class)s::smallint or class = %(class)s::smallint and "column" = %(columns)s::text)
)
