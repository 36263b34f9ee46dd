-- Whose agent's key this is, if it is in force; counts its requests of the running minute. The key before a rotation is
-- good until the new one was used once.
UPDATE hub_agent_key
SET
    used_at = now(),
    previous = CASE WHEN digest = %(digest)s THEN NULL ELSE previous END,
    counted_from = CASE WHEN counted_from > now() - interval '1 minute' THEN counted_from ELSE now() END,
    requests = CASE WHEN counted_from > now() - interval '1 minute' THEN requests + 1 ELSE 1 END
WHERE revoked_at IS NULL
    AND (digest = %(digest)s OR (previous = %(digest)s AND previous_until > now()))
RETURNING
    id,
    district_id,
    requests,
    extract(epoch FROM counted_from + interval '1 minute' - now())::float8 AS seconds_left
