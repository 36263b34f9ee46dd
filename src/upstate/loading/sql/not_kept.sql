-- Which of these temporary tables the session does not have; which have other columns (a comment on each says which);
-- and which are so large, from a landing in which much was found, that to look through them takes longer than to cut them.
select name, why
from unnest(%(names)s::text[], %(shapes)s::text[]) as wanted (name, shape),
    lateral to_regclass(format('pg_temp.%%I', name)) as kept,
    lateral (
        select case
            when kept is null then 'missing'
            when obj_description(kept, 'pg_class') is distinct from shape then 'other'
            when pg_relation_size(kept) > 262144 then 'large'
        end as why
    ) as told
where why is not null
