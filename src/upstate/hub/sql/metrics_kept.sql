-- Batches that wait to land, and their bytes (payloads are not read for it).
SELECT count(*), coalesce(sum(octet_length(payload)), 0)::float8
FROM hub_batch
