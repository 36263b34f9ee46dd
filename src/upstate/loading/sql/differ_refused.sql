-- Records that cannot become rows; whether the state holds one of that key or not, it cannot be this one.
insert into pg_temp.difference
select case when bool_or(held.district_id is not null) then 'different' else 'district_only' end, refusal.key,
    array_remove(array_agg(distinct refusal."column"), ''), null
from refusal
left join (select key, {refused_keys} from refusal where {readable}) as refused on refused.key = refusal.key
left join {table} as held on held.district_id = %(district)s and {refused}
group by refusal.key
