-- What was removed is left over no more.
delete from hub_leftover as known using {leaving} as mine where known.id = mine.id and mine.stays = ''
