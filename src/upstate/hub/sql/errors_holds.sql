-- What these roots hold back, by object and school year.
SELECT root.id, hold.object, hold.school_year, hold.records
FROM hub_root AS root
JOIN hub_hold AS hold
    ON hold.district_id = root.district_id
    AND (hold.root_object, hold.root_key) = (root.object, root.key)
    AND (hold.root_reason, hold.verdict) = (root.reason, root.verdict)
WHERE root.district_id = %(district)s AND root.id = ANY(%(roots)s)
ORDER BY root.id, hold.object, hold.school_year
