-- What was noted of one side while the object landed.
select coalesce(sum(records), 0)::bigint, coalesce(sum(uppers), 0)::bigint, coalesce(sum(lowers), 0)::bigint
from pg_temp.apart where side = %(side)s
