-- How many agents were not seen for a quarter of an hour, and how many there are.
SELECT count(*) FILTER (WHERE seen_at < now() - interval '15 minutes'), count(*)
FROM hub_agent
