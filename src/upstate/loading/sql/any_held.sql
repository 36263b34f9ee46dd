-- Whether there is any such row.
select exists (select from {rows})
