-- Candidates whose key came more than once, or once more in a record that was refused by itself.
insert into finding
select {keys}, 1, 'failed', 'duplicate_key', %(columns)s::text,
    'The key came ' || (count(*) + max(refused.records)) || ' times.',
    format('Keep one %%s with this key and remove the others, or give them keys of their own.', %(object)s::text),
    %(object)s::text, {key_text}, 'duplicate_key', count(*)
from {candidates} as record
cross join lateral (select count(*) as records from refusal where refusal.key = {key_text}) as refused
where record.district_id = %(district)s
group by {keys}
having count(*) + max(refused.records) > 1
