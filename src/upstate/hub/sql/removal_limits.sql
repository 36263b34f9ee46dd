-- What the state has set otherwise than we would.
SELECT name, value::integer
FROM hub_state_setting
WHERE name = ANY(%(names)s::text[])
