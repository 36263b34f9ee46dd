-- Tables of other PostgreSQL servers. Made by a superuser before, where this role is none.
create extension if not exists postgres_fdw
