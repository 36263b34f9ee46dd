-- Remove what goes: rows of this district, and of this year where the object has years.
delete from {table} as held using {leaving} as mine
where held.district_id = %(district)s and {same_year} and mine.stays = '' and {same}
