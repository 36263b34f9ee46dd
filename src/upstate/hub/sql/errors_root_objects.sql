-- Of which of these objects a record with this key is the root of rejections of one standing: a look at the index for each,
-- which the limit keeps the planner to.
SELECT known.object
FROM unnest(%(objects)s::text[]) AS known (object)
CROSS JOIN LATERAL (
    SELECT
    FROM hub_rejection AS held
    WHERE held.district_id = %(district)s
        AND {standing}
        AND held.verdict <> 'failed'
        AND held.root_object = known.object
        AND held.root_key = %(root_key)s::text[]
    LIMIT 1
) AS any_held
