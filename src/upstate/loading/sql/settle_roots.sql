-- What the open rejections of this object hang on, by root, and the roots' totals: only what has changed is written. A
-- record counts once at each of its roots, whatever its reasons. Every year of the object: a landing may resolve
-- rejections of another. 0 stands for no year here, as null is equal to nothing.
with held as (
    select root_object, root_key, root_reason, verdict, year, sum(records)::bigint as records
    from (
        select root_object, root_key, root_reason, case verdict when 'blocked' then 'failed' else verdict end as verdict,
            coalesce(school_year, 0) as year, max(records) as records
        from hub_rejection
        where district_id = %(district)s and object = %(object)s::text and resolved_at is null and cleared_at is null
            and (object, key) is distinct from (root_object, root_key)
        group by root_object, root_key, root_reason, 4, 5, key
    ) as record
    group by root_object, root_key, root_reason, verdict, year
), known as (
    select id, root_object, root_key, root_reason, verdict, coalesce(school_year, 0) as year, records from hub_hold
    where district_id = %(district)s and object = %(object)s::text
), change as materialized (
    select known.id, root_object, root_key, root_reason, verdict, year, held.records,
        coalesce(held.records, 0) - coalesce(known.records, 0) as more
    from known full join held using (root_object, root_key, root_reason, verdict, year)
    where held.records is distinct from known.records
), gone as (
    delete from hub_hold using change where hub_hold.id = change.id and change.records is null
), changed as (
    update hub_hold set records = change.records from change where hub_hold.id = change.id and change.records is not null
), added as (
    insert into hub_hold (district_id, root_object, root_key, root_reason, verdict, object, school_year, records)
    select %(district)s, root_object, root_key, root_reason, verdict, %(object)s::text, nullif(year, 0), records
    from change where id is null
)
merge into hub_root as root
using (
    select root_object, root_key, root_reason, verdict, sum(more) as more from change
    group by root_object, root_key, root_reason, verdict
) as total
on root.district_id = %(district)s and root.object = total.root_object and root.key = total.root_key
    and root.reason = total.root_reason and root.verdict = total.verdict
when matched and root.holds + total.more = 0 then delete
when matched then update set holds = root.holds + total.more
when not matched then insert (district_id, object, key, reason, verdict, holds)
    values (%(district)s, total.root_object, total.root_key, total.root_reason, total.verdict, total.more)
