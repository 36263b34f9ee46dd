-- Candidates that share what must be unique with a leftover: a row at the state that the district no longer has.
insert into finding
select {record_keys}, 1, 'failed', 'duplicate', %(columns)s::text,
    format('%%s is the same as in %%s %%s, which the state still holds and the district no longer has.',
        %(columns)s::text, %(object)s::text, array_to_string({held_key}, '|')),
    format('Remove the leftover %%s at the state, or give this record its key back.', %(object)s::text),
    %(object)s::text, {key_text}, 'duplicate', 1
from pg_temp.gone
join {table} as held on held.district_id = %(district)s and {gone}
join {candidates} as record on {on}
where record.district_id = %(district)s and {unfound}
