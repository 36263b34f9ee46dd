-- A partition that was parted from its table, and is empty.
drop table {part}
