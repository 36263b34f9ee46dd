-- Why each of the others stays.
update hub_leftover as known set kept = mine.stays, kept_by = mine."by"
from {leaving} as mine where known.district_id = %(district)s and known.id = mine.id and mine.stays <> ''
