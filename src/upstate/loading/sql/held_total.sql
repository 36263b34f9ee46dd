-- The digest of what the state holds of an object: of all rows, or of those that are joined.
select count(*), coalesce(sum((digest >> 32)::int4), 0), coalesce(sum(((digest << 32) >> 32)::int4), 0)
from (select {digest} as digest from {among} {rows} offset 0) as digests
