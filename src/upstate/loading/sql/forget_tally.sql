-- The tally of this object is counted anew.
delete from hub_tally where district_id = %(district)s and object = %(object)s::text
