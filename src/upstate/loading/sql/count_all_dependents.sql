-- Rows that point at any leftover of an object: how many are left over themselves, and how many are not.
select count(*) filter (where {left_over}), count(*) filter (where not {left_over})
from {table} as child
where exists (select from ({leftovers}) as mine where {points})
