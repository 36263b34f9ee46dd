-- A grouped look at another object's rows of the district, for rules.
left join (
    select {theirs}, {aggregates}
    from {table} as "row"
    cross join (values (%(zone_year)s::integer, %(edition)s::text)) as zone (school_year, edition)
    where "row".district_id = %(district)s {condition}
    group by {groups}
) as {alias} on {on}
