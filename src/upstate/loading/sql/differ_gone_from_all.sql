-- Where the district sent everything: rows at the state that it did not send.
insert into pg_temp.difference
select 'state_only', {held_key}, '{{}}', null from {table} as held
where held.district_id = %(district)s and {same_year}
    and not exists (select from pg_temp.candidate as record where {same})
    and not exists (select from (select {refused_keys} from refusal where {readable}) as refused where {refused})
