-- Of a selective order: what was left over and has been sent now, so that the district has it again.
delete from hub_leftover
where district_id = %(district)s and object = %(object)s::text and school_year is not distinct from %(school_year)s::integer
    and key in (
        select {record_key} from pg_temp.candidate as record
        union select {found_key} from finding
        union select key from refusal
    )
