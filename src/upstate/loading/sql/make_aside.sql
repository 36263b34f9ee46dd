-- Of a comparison: the keys of which the state does not hold what the district has. They were sent, are gone, or were refused.
insert into pg_temp.aside
select {keys} from pg_temp.candidate as record
union all select {found_keys} from pg_temp.gone
union all select {refused_keys} from refusal where {readable}
