-- How many records of an object a zone's last full or partial resync met, for one school year or (null) of none.
SELECT landed.created + landed.updated + landed.unchanged + landed.failed + landed.blocked + landed.excluded
FROM hub_order AS landed
JOIN hub_resync AS run ON run.id = landed.resync_id
WHERE run.zone_id = %(zone)s
    AND landed.object = %(object)s::text
    AND landed.school_year IS NOT DISTINCT FROM %(school_year)s::integer
    AND landed.state = 'landed'
    AND run.mode IN ('full', 'partial')
ORDER BY landed.id DESC
LIMIT 1
