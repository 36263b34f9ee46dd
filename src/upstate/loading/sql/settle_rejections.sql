-- Every rejection of this landing, new or seen again. One that had been resolved and returns is a new sight of it; one
-- that was cleared by hand is back on the lists.
insert into hub_rejection as held (district_id, object, school_year, key, reason, "column", verdict, records, message,
    advice, root_object, root_key, root_reason, first_seen_id, last_seen_id, first_seen_at, last_seen_at)
select %(district)s, %(object)s::text, %(school_year)s::integer, key, reason, "column", min(verdict), sum(records), min(message),
    min(advice), min(root_object), min(root_key), min(root_reason), %(resync)s::bigint, %(resync)s::bigint, now(), now()
from (
    select {found_key} as key, reason, "column", verdict, records, message, advice, root_object, root_key, root_reason
    from finding
    union all
    select key, reason, "column", 'failed', 1, message, advice, %(object)s::text, key, reason from refusal
) as found
group by key, reason, "column"
order by key -- lists go by id within a reason
on conflict (district_id, object, school_year, key, reason, "column") do update
set verdict = excluded.verdict, records = excluded.records, message = excluded.message, advice = excluded.advice,
    root_object = excluded.root_object, root_key = excluded.root_key, root_reason = excluded.root_reason,
    first_seen_id = case when held.resolved_at is null then held.first_seen_id else excluded.first_seen_id end,
    first_seen_at = case when held.resolved_at is null then held.first_seen_at else excluded.first_seen_at end,
    last_seen_id = excluded.last_seen_id, last_seen_at = excluded.last_seen_at,
    resolved_by_id = null, resolved_at = null, cleared_by_id = null, cleared_at = null
