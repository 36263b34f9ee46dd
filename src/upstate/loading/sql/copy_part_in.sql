-- See copy_part.sql.
copy {part} ({columns}) from stdin (format binary)
