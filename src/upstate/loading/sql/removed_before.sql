-- What this very removal came to, if it was done here before.
select found from state_parts.removed
where district_id = %(district)s and resync_id = %(resync)s and decision = %(decision)s
