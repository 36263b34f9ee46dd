-- Fires once a statement, and also where the loader has row triggers off (see state_register_always.sql).
create or replace trigger {trigger} after {event} on {table} referencing {tables} for each statement execute function {function}()
