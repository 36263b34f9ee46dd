-- Payloads are compressed already: keep them beside the row as they came, without a second, useless compression.
ALTER TABLE hub_batch ALTER COLUMN payload SET STORAGE EXTERNAL
