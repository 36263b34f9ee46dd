-- Someone at the state deletes contact logs by hand.
delete from state.contact_log
where district_id = %(district)s and guid in (
    select guid from state.contact_log where district_id = %(district)s order by guid limit 5 offset %(skip)s
)
