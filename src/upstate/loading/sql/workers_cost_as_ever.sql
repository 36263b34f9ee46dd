-- The reverse of workers_cost_little.sql: what the session began with.
select set_config(name, reset_val, true) from pg_settings where name in ('parallel_tuple_cost', 'parallel_setup_cost')
