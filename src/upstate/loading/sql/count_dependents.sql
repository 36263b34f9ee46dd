-- Of each of these leftovers, rows that point at it: how many are left over themselves, and how many are not.
select mine.id, count(*) filter (where {left_over}), count(*) filter (where not {left_over})
from ({leftovers}) as mine
join {table} as child on {points}
where mine.id = any(%(ids)s::bigint[])
group by mine.id
