-- After everything was sent and merged: what the district did not send is gone from it.
insert into pg_temp.gone
select {keys} from {table} as held
where held.district_id = %(district)s and {same_year}
    and not exists (select from pg_temp.candidate as sent where {sent})
    and not exists (select from finding where {found})
    and not exists (select from (select {refused_keys} from refusal where {readable}) as refused where {refused})
