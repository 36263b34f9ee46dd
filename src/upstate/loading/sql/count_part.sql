-- How many rows a partition has.
select count(*) from {part}
