-- How many rows the district has of this object at the state.
select count(*) from {table} where district_id = %(district)s
