-- Of the state's rows in buckets whose every record was sent again: those that the district did not send are gone from it.
insert into pg_temp.gone
select {keys} from {rows} and {within}
    and not exists (select from pg_temp.candidate as sent where {sent})
    and not exists (select from (select {refused_keys} from refusal where {readable}) as refused where {refused})
