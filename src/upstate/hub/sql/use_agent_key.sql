-- Whose agent's key this is, if it is in force; counts its requests of the running minute. The key before a rotation is
-- good until the new one was used once. A row of counts for each key of the district, revoked ones too, whose minute runs.
-- Nothing of it need outlast a crash, so that no request waits for the disk behind a landing's log.
WITH used AS (
    UPDATE hub_agent_key
    SET
        used_at = now(),
        previous = CASE WHEN digest = %(digest)s THEN NULL ELSE previous END,
        counted_from = CASE WHEN counted_from > now() - interval '1 minute' THEN counted_from ELSE now() END,
        requests = CASE WHEN counted_from > now() - interval '1 minute' THEN requests + 1 ELSE 1 END
    WHERE revoked_at IS NULL
        AND (digest = %(digest)s OR (previous = %(digest)s AND previous_until > now()))
    RETURNING id, district_id, requests, counted_from
),
counted AS (
    SELECT requests, counted_from
    FROM used
    UNION ALL
    SELECT other.requests, other.counted_from
    FROM used
    JOIN hub_agent_key AS other ON other.district_id = used.district_id
    WHERE other.id <> used.id
        AND other.counted_from > now() - interval '1 minute'
)
SELECT
    used.id,
    used.district_id,
    counted.requests,
    extract(epoch FROM counted.counted_from + interval '1 minute' - now())::float8 AS seconds_left
FROM used
CROSS JOIN counted
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
