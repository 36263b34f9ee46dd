-- See state_lock_function.sql. Not fired by the loader (session_replication_role = replica).
create or replace trigger wait_for_landing before delete or update on {table}
    for each row execute function state.wait_for_landing()
