-- Whether there are any such values.
select exists (select from {shared})
