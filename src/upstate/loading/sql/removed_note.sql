-- What a removal came to, beside the rows that are gone.
insert into state_parts.removed (district_id, resync_id, decision, found)
values (%(district)s, %(resync)s, %(decision)s, %(found)s)
