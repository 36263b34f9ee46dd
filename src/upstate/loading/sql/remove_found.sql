-- What was found does not land; the digests of what is taken out are kept for the receipt.
with removed as (
    delete from {candidates} as record using finding where record.district_id = %(district)s and {found}
    returning {digest} as digest
)
insert into pg_temp.apart
select 'turned away', count(*), coalesce(sum((digest >> 32)::int4), 0), coalesce(sum(((digest << 32) >> 32)::int4), 0)
from removed returning records
