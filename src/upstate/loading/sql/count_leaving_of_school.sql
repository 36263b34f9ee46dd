-- The school that would lose the largest share of an object's rows, where that is more than so many per cent.
select school, leaving, rows
from (
    select {school} as school, count(*) as rows, count(mine.id) as leaving
    from {table} as held {steps}
    left join {leaving} as mine on mine.stays = '' and {same}
    where held.district_id = %(district)s and {same_year} and {complete}
    group by 1
) as schools
where leaving * 100 > rows * %(percent)s::bigint
order by leaving::float8 / rows desc, leaving desc, school
limit 1
