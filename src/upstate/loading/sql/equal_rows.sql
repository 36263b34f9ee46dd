-- The state's rows that a comparison found equal to the district's: in its scope, and neither sent, gone nor refused.
select held.* from {table} as held
where held.district_id = %(district)s and {same_year}
    and not exists (select from pg_temp.candidate as sent where {sent})
    and not exists (select from pg_temp.gone where {gone})
    and not exists (select from (select {refused_keys} from refusal where {readable}) as refused where {refused})
