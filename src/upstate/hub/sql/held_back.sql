-- The keys of an object and year that are held back and that a resync has freed; it begins with freed.sql.
SELECT DISTINCT key
FROM held_back
WHERE object = %(object)s AND school_year IS NOT DISTINCT FROM %(school_year)s::integer
ORDER BY key
