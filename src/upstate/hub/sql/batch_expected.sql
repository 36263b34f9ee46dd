-- Of each object its newest landed order of a zone that is not of another school year, before a given resync where one
-- is given: how many records it had, and how long its resync took over it. As objects land one after the other, that is
-- from the end of the one before, or its own start where that is later, to its own end; these shares add up to the run.
WITH newest AS (
    SELECT orders.object, max(orders.resync_id) AS resync_id
    FROM hub_resync AS resync
    JOIN hub_order AS orders ON orders.resync_id = resync.id
    WHERE resync.zone_id = %(zone)s
        AND orders.state = 'landed'
        AND coalesce(orders.school_year = %(school_year)s, true)
        AND coalesce(resync.id < %(before)s::bigint, true)
    GROUP BY orders.object
),
shared AS (
    SELECT
        resync_id,
        object,
        created + updated + unchanged + failed + blocked + excluded AS processed,
        extract(
            epoch FROM finished_at - greatest(
                started_at,
                max(finished_at) OVER (
                    PARTITION BY resync_id ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                )
            )
        )::float8 AS seconds
    FROM hub_order
    WHERE resync_id IN (SELECT resync_id FROM newest)
)
SELECT newest.object, shared.processed, greatest(shared.seconds, 0) AS seconds
FROM newest
JOIN shared ON (shared.resync_id, shared.object) = (newest.resync_id, newest.object)
