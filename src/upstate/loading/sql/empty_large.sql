-- Where much is in it.
truncate {table}
