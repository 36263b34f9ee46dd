-- A reference, declared and real: the parent is a record of the same district.
alter table {table} add constraint {name} foreign key ({columns}) references {parent} ({key}) {deferrable}
