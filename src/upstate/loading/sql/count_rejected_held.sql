-- How many rejected records have a row at the state already: no leftovers, the district still has them.
select count(*) from (
    select {found_keys} from finding
    union
    select {refused_keys} from refusal where {readable}
) as rejected
join {table} as held on held.district_id = %(district)s and {same_year} and {on}
