-- Where the state's rows share nothing among themselves: whether any record that was sent and may land takes values that
-- must be unique. One that leaves them as its own row has them takes nobody's.
select exists (
    select from pg_temp.candidate as sent
    where sent.district_id = %(district)s and not exists (select from finding where {found}) and {complete}
        and not exists (select from {table} as held where held.district_id = %(district)s and {same_key} and {alike})
)
