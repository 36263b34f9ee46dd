-- Every run that is kept of a district, newest first, each in the order it ran.
SELECT
    resync,
    school_year,
    object,
    started,
    finished,
    processed,
    created,
    updated,
    unchanged,
    deleted,
    failed,
    blocked,
    excluded,
    leftovers,
    errors,
    status,
    state,
    message,
    mode,
    asked_by
FROM dis_batch_history
WHERE district = %(district)s
ORDER BY resync DESC, position
