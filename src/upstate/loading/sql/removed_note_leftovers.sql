-- What was said of the leftovers of one object.
insert into state_parts.removed_leftovers (district_id, resync_id, decision, id, stays, "by")
select %(district)s, %(resync)s, %(decision)s, id, stays, "by" from {leaving}
