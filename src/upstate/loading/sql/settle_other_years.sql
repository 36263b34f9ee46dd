-- What was turned away in another year and has landed in this one is at the state: nobody need mend it there.
update hub_rejection set resolved_by_id = %(resync)s::bigint, resolved_at = now()
where district_id = %(district)s and object = %(object)s::text and resolved_at is null and id in (
    select held.id
    from (
        select id, {keys} from hub_rejection
        where district_id = %(district)s and object = %(object)s::text and resolved_at is null
            and school_year is distinct from %(school_year)s::integer and {readable}
    ) as held
    join {candidates} as record on {on}
    where record.district_id = %(district)s and {unfound}
)
