-- The database's encoding, and how many transactions ago its oldest row that is not frozen was written.
SELECT pg_encoding_to_char(encoding), age(datfrozenxid)
FROM pg_database
WHERE datname = current_database()
