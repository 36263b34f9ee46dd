-- Each class with the one school year that all its terms are in (null where they are in none, or in several), the first
-- day and the day after the last of those terms, and the title of its term where it has but one.
CREATE TABLE class_years AS
SELECT c.sourcedId AS classSourcedId,
       c.schoolSourcedId,
       CASE WHEN count(DISTINCT s.schoolYear) = 1 THEN min(s.schoolYear) END AS schoolYear,
       min(s.startDate) AS startDate,
       max(s.endDate) AS endDate,
       CASE WHEN count(s.sourcedId) = 1 THEN min(s.title) END AS term
FROM classes AS c
LEFT JOIN json_each('[' || replace(json_quote(c.termSourcedIds), ',', '","') || ']') AS listed
LEFT JOIN academicSessions AS s ON s.sourcedId = trim(listed.value)
GROUP BY c.sourcedId, c.schoolSourcedId
