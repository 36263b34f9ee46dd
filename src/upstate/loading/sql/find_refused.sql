-- The one record that the database refuses.
insert into finding ({columns}, class, verdict, reason, "column", message, advice, root_object, root_key, root_reason, records)
select {keys}, 1, 'failed', 'refused_by_database', '', %(message)s::text, %(advice)s::text,
    %(object)s::text, {key_text}, 'refused_by_database', 1
from pg_temp.candidate as record where record."upstate ordinal" = %(ordinal)s
