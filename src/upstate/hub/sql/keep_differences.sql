-- The records on which the ends did not agree, in their order; as one value, which costs Python a quarter of what as many rows do.
INSERT INTO hub_verified_difference (verified_id, kind, key, columns, owners, expected)
SELECT %(row)s, kind, key, columns, owners, expected
FROM json_populate_recordset(NULL::hub_verified_difference, %(kept)s)
