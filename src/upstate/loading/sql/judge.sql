-- One pass over the candidates for rules of their own, references that lead nowhere and parents that may not have landed;
-- of the suspects alone it is then asked whether a parent is rejected, and why.
select {keys}, reason.class, reason.verdict, reason.reason, reason."column", reason.message, reason.advice,
    coalesce(reason.root_object, %(object)s::text), coalesce(reason.root_key, {key_text}),
    coalesce(reason.root_reason, reason.reason), 1
from (
    select *
    from (
        select {judged}
        from {candidates} as record
        cross join (values (%(zone_year)s::integer, %(edition)s::text)) as zone (school_year, edition)
        {joins}
        where record.district_id = %(district)s
    ) as judged
    where {suspects}
    offset 0 -- a fence: PostgreSQL would join the rejections to every record first
) as judged
{rejected}
cross join lateral ({reasons})
    as reason (class, verdict, reason, "column", message, advice, root_object, root_key, root_reason)
where {hits}
