-- Whose token this is, if it is anyone's who is active, and in force; counts its requests of the running minute.
UPDATE hub_token AS token
SET
    used_at = now(),
    counted_from = CASE WHEN counted_from > now() - interval '1 minute' THEN counted_from ELSE now() END,
    requests = CASE WHEN counted_from > now() - interval '1 minute' THEN requests + 1 ELSE 1 END
FROM hub_person AS person
WHERE person.id = token.person_id
    AND person.is_active
    AND token.digest = %(digest)s
    AND token.revoked_at IS NULL
    AND token.expires_at > now()
RETURNING
    token.id,
    token.person_id,
    token.name,
    token.requests,
    extract(epoch FROM token.counted_from + interval '1 minute' - now())::float8 AS seconds_left
