-- A partition that is no longer on that server.
drop foreign table {part}
