-- Agents were seen. Who was seen a moment ago, and says the same as then, is not written again: of many agents that wait
-- each comes several times a minute.
INSERT INTO hub_agent AS known (district_id, place, version, seen_at)
SELECT district, %(place)s, %(version)s, now()
FROM unnest(%(districts)s::integer[]) AS seen (district)
ON CONFLICT (district_id) DO UPDATE SET place = excluded.place, version = excluded.version, seen_at = excluded.seen_at
WHERE known.seen_at < now() - interval '2 seconds'
    OR (known.place, known.version) IS DISTINCT FROM (excluded.place, excluded.version)
