-- One of the parts, on the server that holds it, where it has the same name.
create foreign table {partition} partition of {table} for values with (modulus {count}, remainder {remainder}) server {server}
