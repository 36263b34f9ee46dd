-- One of those in empty_kept.sql.
{name} as (delete from {kept})
