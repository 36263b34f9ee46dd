-- Rows whose value of a unique index changes are taken out and put back in one statement: the sort takes all of them out
-- before the first is put back, so that two can swap.
with moving as (
    delete from {table} as held using pg_temp.candidate as record
    where held.district_id = %(district)s and {same} and {slice} and ({moves})
    returning {values}
)
insert into {table} ({columns}) overriding system value
select {columns} from (select * from moving order by {keys}) as moving
