-- Nobody lands in this district while we change which of its rejections are open; false where someone just does.
SELECT pg_try_advisory_xact_lock(hashtext('upstate.landing'), %(district)s)
