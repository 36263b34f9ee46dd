-- Of a comparison: what was sent and what is equal here, as far as it shares something that must be unique.
select {names} from {candidates} as record
where record.district_id = %(district)s and exists (select from {shared} as shared where {is_sent})
union all
{equal_rows} and exists (select from {shared} as shared where {is_held})
