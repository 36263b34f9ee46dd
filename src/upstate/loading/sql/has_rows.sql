-- Whether the district has any row of this object at the state.
select exists (select from {table} where district_id = %(district)s)
