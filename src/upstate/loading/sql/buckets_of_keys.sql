-- The buckets of keys that come as texts: a JSON array of arrays.
select distinct {bucket}
from (
    select {keys}
    from (
        select array(select jsonb_array_elements_text(each)) as key from jsonb_array_elements(%(keys)s) as each
    ) as told
    where {readable}
) as record
