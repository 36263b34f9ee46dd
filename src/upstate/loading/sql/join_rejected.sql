-- The parent's open rejection, if it has one: its verdict and its root pass on to the child. A key that never fitted its
-- column cannot be any child's parent.
left join (
    select distinct on (key) {keys}, verdict, root_object, root_key, root_reason
    from hub_rejection
    where district_id = %(district)s and object = {parent} and resolved_at is null and {readable}
    order by key, id
) as {alias} on {on}
