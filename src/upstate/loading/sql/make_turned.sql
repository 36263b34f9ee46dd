-- What is no common record of both ends is turned away, or a leftover.
insert into pg_temp.turned
select {keys}, bool_or(found) as found from (
    select {keys}, true as found from finding
    union all select {refused_keys}, false from refusal where {readable}
    union all select {keys}, false from pg_temp.gone
) as each group by {keys}
