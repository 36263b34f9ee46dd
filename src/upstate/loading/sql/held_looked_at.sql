-- The state's rows under the name that conditions know them by, beside what rules see of the zone; stands after FROM.
(select * from {rows}) as record
cross join (values (%(zone_year)s::integer, %(edition)s::text)) as zone (school_year, edition)
