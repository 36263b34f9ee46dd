-- Candidates whose key came once more, in a record that was refused by itself.
insert into finding
select {keys}, -1, 'failed', 'duplicate_key', %(columns)s::text, 'The key came more than once.',
    format('Keep one %%s with this key and remove the others, or give them keys of their own.', %(object)s::text),
    %(object)s::text, {key_text}, 'duplicate_key', count(*)
from {candidates} as record
join (select distinct {refused_keys} from refusal where {readable}) as refused on {on}
where record.district_id = %(district)s and not exists (select from finding where {found})
group by {keys}
