-- What comparing an object to its end found. It need not be durable by itself: the end of the verification is, and with
-- it all that came before.
WITH compared AS (
    UPDATE hub_verified_object
    SET state = 'compared',
        district_count = %(district_count)s,
        state_count = %(state_count)s,
        district_only = %(district_only)s,
        state_only = %(state_only)s,
        different = %(different)s,
        duplicates = %(duplicates)s,
        expected = %(expected)s,
        kept = %(kept)s,
        seconds = %(seconds)s
    WHERE verification_id = %(verification)s AND object = %(object)s
    RETURNING id
)
SELECT compared.id
FROM compared
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
