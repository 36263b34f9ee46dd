-- Whoever reads or writes for long is not to be waited for.
set local lock_timeout = '15s'
