-- The state's rows that an order of this district and year speaks for; stands after FROM.
{table} as held where held.district_id = %(district)s and {same_year}
