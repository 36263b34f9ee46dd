-- Of each district that has rows of an object in this database: how many, and the sums of their digests' halves. For
-- the state's own people; the one statement that is about all districts.
select district_id, count(*), coalesce(sum((digest >> 32)::integer), 0), coalesce(sum(((digest << 32) >> 32)::integer), 0)
from (select district_id, {digest} as digest from {table} as held offset 0) as digests
group by district_id
