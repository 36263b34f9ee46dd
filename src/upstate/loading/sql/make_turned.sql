-- The keys of what is no common record of both ends: turned away, or a leftover.
create temporary table turned on commit drop as
select {keys}, bool_or(found) as found from (
    select {keys}, true as found from finding
    union all select {refused_keys}, false from refusal where {readable}
    union all select {keys}, false from pg_temp.gone
) as each group by {keys}
