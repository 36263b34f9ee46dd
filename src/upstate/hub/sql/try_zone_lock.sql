-- Take the lock of a zone and year for this session, if nobody has it.
SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))
