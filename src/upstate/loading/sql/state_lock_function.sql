-- The loader writes with row triggers off, so it takes no lock on the parents its records point at. Another writer who
-- removes or renames a parent waits here until the district's landing is over, and then meets the foreign key as always.
create or replace function state.wait_for_landing() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(hashtext('upstate.landing'), old.district_id);
    return case tg_op when 'DELETE' then old else new end;
end
$$
