-- Of a comparison: a record that is equal at both ends, but whose parent policy keeps out by now, counts as sent, so that
-- its reference can be cleared.
with promoted as (
    insert into pg_temp.candidate
    select record.* from ({equal_rows}) as record
    join (
        select distinct {keys} from hub_rejection
        where district_id = %(district)s and object = {parent} and resolved_at is null and verdict = 'excluded' and {readable}
    ) as parent on {on}
    returning *
)
insert into pg_temp.aside select {promoted} from promoted
