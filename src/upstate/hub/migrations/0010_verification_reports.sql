-- For reports: one row for every object of every verification, with the four sets of what nobody expects.
CREATE VIEW dis_verification_result AS
SELECT
    district.name AS district,
    verification.id AS verification,
    verification.school_year,
    verified.position,
    verified.object,
    CASE
        WHEN verified.state <> 'compared' THEN verified.state
        WHEN verified.district_only + verified.state_only + verified.different + verified.duplicates = 0 THEN 'equal'
        ELSE 'not equal'
    END AS result,
    verified.district_count,
    verified.state_count,
    verified.district_only,
    verified.state_only,
    verified.different,
    verified.duplicates,
    verified.expected,
    verified.district_only + verified.different + verified.duplicates > 0 AS resync_needed,
    verified.seconds,
    verified.message,
    verification.state,
    verification.asked_by,
    verification.by_state,
    verification.started_at AS started,
    verification.finished_at AS finished
FROM hub_verified_object AS verified
JOIN hub_verification AS verification ON verification.id = verified.verification_id
JOIN hub_zone AS zone ON zone.id = verification.zone_id
JOIN hub_district AS district ON district.id = zone.district_id;

-- For reports: one row for every difference that is kept; `owners` says of each of the columns whose it was. No value.
CREATE VIEW dis_verification_difference AS
SELECT
    district.name AS district,
    verification.id AS verification,
    verification.school_year,
    verified.object,
    difference.kind,
    difference.key,
    difference.columns,
    difference.owners,
    difference.expected
FROM hub_verified_difference AS difference
JOIN hub_verified_object AS verified ON verified.id = difference.verified_id
JOIN hub_verification AS verification ON verification.id = verified.verification_id
JOIN hub_zone AS zone ON zone.id = verification.zone_id
JOIN hub_district AS district ON district.id = zone.district_id
