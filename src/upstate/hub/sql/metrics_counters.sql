-- What was counted of all districts together.
SELECT name, label, sum(value)::float8
FROM hub_counter
GROUP BY name, label
