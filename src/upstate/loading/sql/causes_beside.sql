-- Of a selective order, what may hold back children in the same object: what was found, and what was not sent and is rejected.
(
    select {keys}, verdict, root_object, root_key, root_reason, reason, "column" from finding
    union all select {keys}, verdict, root_object, root_key, root_reason, '', '' from {rejected}
)
