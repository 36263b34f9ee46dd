-- The order of a landing, for another server.
copy (select id, batches from hub_order where id = %(order)s) to stdout (format binary)
