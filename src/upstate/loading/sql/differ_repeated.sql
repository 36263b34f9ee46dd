-- Keys that come more than once in the district are neither missing nor different: they are repeated.
with repeated as (
    select key from (
        select {sent_key} as key from pg_temp.candidate as record
        union all
        select key from (select distinct key from refusal) as refused
    ) as sent group by key having count(*) > 1
), replaced as (
    delete from pg_temp.difference using repeated where difference.key = repeated.key
)
insert into pg_temp.difference select 'duplicates', key, '{{}}', null from repeated
