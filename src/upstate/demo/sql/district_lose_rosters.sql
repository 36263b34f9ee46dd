-- Some students leave a section, and the district forgets that they were ever in it.
delete from roster
where guid in (
    select guid from roster where guid is not null and end_year = :school_year order by guid limit 25 offset :skip
)
