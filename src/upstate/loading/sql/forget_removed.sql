-- What was removed is left over no more.
delete from hub_leftover as known using {leaving} as mine where known.district_id = %(district)s and known.id = mine.id and mine.stays = ''
