-- See find_apart.sql.
insert into finding select * from {apart}
