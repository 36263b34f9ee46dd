-- The records on which the ends did not agree, as they come.
COPY hub_verified_difference (verified_id, kind, key, columns, owners, expected) FROM STDIN
