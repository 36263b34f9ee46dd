-- What is found against candidates. `class` orders the verdicts, lowest first: -1 failed by itself, as its key came twice; 0 excluded
-- by a rule of its own; 1 failed; 2 blocked by a parent that failed; 3 excluded with its parent. `records` is more than 1
-- for a key that came twice.
create temporary table finding on commit drop as
select {keys}, 0::smallint as class, ''::text as verdict, ''::text as reason, ''::text as "column", ''::text as message,
    ''::text as advice, ''::text as root_object, null::text[] as root_key, ''::text as root_reason, 1 as records
from {table} as record limit 0
