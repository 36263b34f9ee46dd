-- Where another PostgreSQL is.
create server {server} foreign data wrapper postgres_fdw {options}
