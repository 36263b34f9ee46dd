-- No value is shared: nothing is to be looked up there.
drop table {shared}
