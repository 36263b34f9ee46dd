-- The districts whose rows are in the partition of this number.
select id, name from hub_district
where satisfies_hash_partition(
    (select oid from pg_class where relnamespace = 'state'::regnamespace and relkind = 'p' order by relname limit 1),
    %(count)s::integer, %(number)s::integer, id::integer
)
order by id
