-- Whether a table at the state holds anything, of whichever district.
select exists (select from {table})
