-- What was found does not land.
delete from {candidates} as record using finding where record.district_id = %(district)s and {found}
