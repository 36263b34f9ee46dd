-- Keeps a register in the hub's database true (see state_register_function.sql). What a landing left there whose rows were
-- lost with its server is taken back first; and the rule is named, which postgres_fdw does not pass on.
create or replace function {function}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        delete from {register} as held using fresh
        where held.district_id = any (array(select distinct district_id from fresh))
            and held.district_id = fresh.district_id and {same_fresh};
        insert into {register} (district_id, {columns}) select district_id, {columns} from fresh where {complete};
    elsif tg_op = 'DELETE' then
        delete from {register} as held using gone
        where held.district_id = any (array(select distinct district_id from gone))
            and held.district_id = gone.district_id and {same};
    else
        delete from {register} as held
        using (select district_id, {columns} from gone except select district_id, {columns} from fresh) as gone
        where held.district_id = any (array(select distinct district_id from gone))
            and held.district_id = gone.district_id and {same};
        insert into {register} (district_id, {columns})
        select district_id, {columns}
        from (select district_id, {columns} from fresh except select district_id, {columns} from gone) as fresh
        where {complete};
    end if;
    return null;
exception when unique_violation then
    raise unique_violation using message = sqlerrm, constraint = {rule};
end
$$
