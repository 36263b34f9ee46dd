-- Candidates that share what must be unique, each with the key of another one that has it.
insert into finding
select {keys}, 1, 'failed', 'duplicate', %(columns)s::text,
    format('%%s is the same as in %%s %%s.', %(columns)s::text, %(object)s::text,
        array_to_string(case when "key:first" = "key:mine" then "key:last" else "key:first" end, '|', '?')),
    format('Only one %%s may have these values: correct one record, or remove it.', %(object)s::text),
    %(object)s::text, "key:mine", 'duplicate', 1
from (
    select {record_keys}, {key_text} as "key:mine",
        min({key_text}) over same as "key:first", max({key_text}) over same as "key:last"
    from {candidates} as record
    join (
        select {columns} from {candidates} as record
        where record.district_id = %(district)s and {complete} and {unfound}
        group by {columns} having count(*) > 1
    ) as twice on {on}
    where record.district_id = %(district)s and {unfound}
    window same as (partition by {columns})
) as record
