-- Some people take another last name.
update person_identity set last_name = substr(last_name, 1, 20) || '-Rivera'
where guid in (select guid from person_identity where guid is not null order by guid limit 12 offset :skip)
