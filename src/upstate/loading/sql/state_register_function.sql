-- Keeps a register true, a statement at a time. Other writers need no right on it: it is written as its owner.
create or replace function {function}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into {register} (district_id, {columns}) select district_id, {columns} from fresh where {complete};
    elsif tg_op = 'DELETE' then
        delete from {register} as held using gone where held.district_id = gone.district_id and {same};
    else
        delete from {register} as held
        using (select district_id, {columns} from gone except select district_id, {columns} from fresh) as gone
        where held.district_id = gone.district_id and {same};
        insert into {register} (district_id, {columns})
        select district_id, {columns}
        from (select district_id, {columns} from fresh except select district_id, {columns} from gone) as fresh
        where {complete};
    end if;
    return null;
end
$$
