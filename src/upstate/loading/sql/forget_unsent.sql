-- Of a selective order: only what was found against records that were sent counts.
delete from finding where not exists (select from {candidates} as record where record.district_id = %(district)s and {found})
