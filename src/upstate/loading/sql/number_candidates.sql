-- Number the candidates, so that they can be halved.
alter table pg_temp.candidate add column "upstate ordinal" bigint generated always as identity
