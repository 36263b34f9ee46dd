-- One step on the way from a record to its school.
join {table} as {step} on {step_district} = %(district)s and {on}
