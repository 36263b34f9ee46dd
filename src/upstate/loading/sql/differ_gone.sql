-- Rows at the state that the comparison told are gone from the district.
insert into pg_temp.difference select 'state_only', {gone_key}, '{{}}', null from pg_temp.gone
