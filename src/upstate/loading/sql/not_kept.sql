-- Which of these temporary tables the session does not have, or not with these columns; a comment on each says which.
select name
from unnest(%(names)s::text[], %(shapes)s::text[]) as wanted (name, shape)
where obj_description(to_regclass(format('pg_temp.%%I', name)), 'pg_class') is distinct from shape
