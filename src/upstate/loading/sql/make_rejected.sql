-- The open rejections of a parent, one for each key. A key that never fitted its column cannot be any child's parent.
insert into {rejected}
select distinct on (key) {keys}, verdict, root_object, root_key, root_reason
from hub_rejection
where district_id = %(district)s and object = {parent} and resolved_at is null and {readable}
order by key, id
