-- A district in trouble: so many open rejections, of which one in 20 failed by itself, one in 10 policy keeps out, and the
-- others hang on one of some thousands of roots, the first of which hold back most.
insert into hub_rejection (district_id, object, school_year, key, reason, "column", verdict, records, message, advice,
    root_object, root_key, root_reason, first_seen_id, last_seen_id, first_seen_at, last_seen_at)
select %(district)s, part.object, part.year, array[md5(n::text)::uuid::text], part.reason, part."column", part.verdict, 1,
    format('Its Enrollment %%s did not land, as made up for measuring.', md5(n::text)::uuid),
    'Nothing is wrong with this record. It lands once its Enrollment does.',
    part.root_object,
    case part.verdict
        when 'failed' then array[md5(n::text)::uuid::text]
        else array[md5((part.step * (1 + (part.roots * power(random(), 3))::bigint))::text)::uuid::text]
    end,
    part.root_reason, %(resync)s, %(resync)s, timestamptz '2024-03-01 06:00+00' - (n %% 30) * interval '1 day',
    timestamptz '2024-03-01 06:00+00'
from generate_series(1, %(rejections)s) as n
cross join lateral (
    select
        case
            when n %% 20 = 0 then 'failed' when n %% 10 = 1 then 'excluded' else 'blocked'
        end as verdict
) as v
cross join lateral (
    select v.verdict, 20 as step, greatest(%(rejections)s / 20 / 4, 1) as roots,
        case v.verdict
            when 'failed' then 'Enrollment'
            else (array['Roster', 'AttendanceKYMinute', 'TestScore', 'AttendanceExactCount', 'CustomStudent', 'Graduation'])
                [1 + least((6 * power(random(), 2))::integer, 5)]
        end as object,
        2024 as year,
        case v.verdict
            when 'failed' then (array['required', 'unknown_code', 'end_before_start'])[1 + n %% 3]
            when 'excluded' then 'parent_excluded'
            else 'parent_failed'
        end as reason,
        case v.verdict when 'failed' then 'start_status' else 'enrollment_guid' end as "column",
        'Enrollment' as root_object,
        case v.verdict when 'excluded' then 'enrollment_excluded' else 'required' end as root_reason
) as part
