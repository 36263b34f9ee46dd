-- Candidates whose key came more than once.
insert into finding
select {keys}, -1, 'failed', 'duplicate_key', %(columns)s::text, 'The key came ' || count(*) || ' times.',
    format('Keep one %%s with this key and remove the others, or give them keys of their own.', %(object)s::text),
    %(object)s::text, {key_text}, 'duplicate_key', count(*)
from {candidates} as record
where record.district_id = %(district)s
group by {keys}
having count(*) > 1
