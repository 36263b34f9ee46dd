-- One of the parts of a divided table; a district is whole in one of them.
create table if not exists {partition} partition of {table} for values with (modulus {count}, remainder {remainder})
