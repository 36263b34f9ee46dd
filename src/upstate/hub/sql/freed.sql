-- What hangs, by its open rejections, on records that are roots no more since a resync: it resolved what those had of their
-- own, or it was to heal what hangs on a record that has nothing. What hangs on one that waits for another by now is told
-- so. One that waits only for what waits for it (references that lead round in a circle) goes with those, once. What is
-- cleared off the lists is held back all the same. The statements that begin with this say what of it they want.
WITH mended AS (
    SELECT object, key
    FROM hub_rejection
    WHERE resolved_by_id = %(freed_by)s AND resolved_at IS NOT NULL
    UNION
    SELECT selection.object, ARRAY(SELECT unnest(selection.asked))
    FROM hub_selection AS selection
    JOIN hub_resync AS resync ON resync.id = selection.resync_id
    WHERE selection.resync_id = %(freed_by)s AND resync.mode = 'heal'
),
freed AS (
    SELECT mended.object, mended.key
    FROM mended
    WHERE NOT EXISTS (
        SELECT 1
        FROM hub_rejection AS root
        WHERE root.district_id = %(district)s
            AND root.object = mended.object
            AND root.key = mended.key
            AND root.resolved_at IS NULL
            AND (root.root_object, root.root_key) = (root.object, root.key)
            AND NOT (
                root.reason IN ('parent_failed', 'parent_excluded', 'value_of_failed', 'value_of_excluded')
                AND EXISTS (SELECT 1 FROM hub_resync WHERE id = %(freed_by)s AND follows_id IS NULL)
            )
    )
),
held_back AS (
    SELECT held.object, held.school_year, held.key
    FROM freed
    JOIN hub_rejection AS held ON (held.root_object, held.root_key) = (freed.object, freed.key)
    WHERE held.district_id = %(district)s
        AND held.resolved_at IS NULL
        AND (
            (held.object, held.key) IS DISTINCT FROM (held.root_object, held.root_key)
            OR held.reason IN ('parent_failed', 'parent_excluded', 'value_of_failed', 'value_of_excluded')
        )
)
