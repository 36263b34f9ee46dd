-- The parent's row at the state, in the same district.
left join {parent} as {alias} on {alias}.district_id = %(district)s and {on}
