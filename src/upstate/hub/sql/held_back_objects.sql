-- Of which objects and years records are held back that a resync has freed; it begins with freed.sql.
SELECT DISTINCT object, school_year
FROM held_back
ORDER BY object, school_year
