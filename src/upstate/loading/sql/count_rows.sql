-- How many rows there are of what is compared.
select count(*) from {rows}
