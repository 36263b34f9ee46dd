-- One pass over the candidates: rules of their own, references that lead nowhere, parents that did not land.
insert into finding
select {keys}, reason.class, reason.verdict, reason.reason, reason."column", reason.message, reason.advice,
    coalesce(reason.root_object, %(object)s::text), coalesce(reason.root_key, {key_text}),
    coalesce(reason.root_reason, reason.reason), 1
from (
    select {judged}
    from {candidates} as record
    cross join (values (%(zone_year)s::integer, %(edition)s::text)) as zone (school_year, edition)
    {joins}
    where record.district_id = %(district)s
) as judged
cross join lateral (values {reasons})
    as reason (class, hit, verdict, reason, "column", message, advice, root_object, root_key, root_reason)
where ({hits}) and reason.hit
