-- Since how many seconds each district's agent was not seen.
SELECT district_id, extract(epoch FROM now() - seen_at)::float8
FROM hub_agent
ORDER BY district_id
