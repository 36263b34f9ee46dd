-- How many records each root holds back in all.
INSERT INTO hub_root (district_id, object, key, reason, verdict, holds)
SELECT district_id, root_object, root_key, root_reason, verdict, sum(records)
FROM hub_hold
GROUP BY 1, 2, 3, 4, 5
