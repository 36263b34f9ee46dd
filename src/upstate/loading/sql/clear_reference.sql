-- A record whose parent policy keeps out lands with this reference emptied, where the catalog says so.
update {candidates} as record set {assignments}
from (
    select distinct {keys} from hub_rejection
    where district_id = %(district)s and object = {parent} and resolved_at is null and verdict = 'excluded' and {readable}
) as parent
where record.district_id = %(district)s and {on}
