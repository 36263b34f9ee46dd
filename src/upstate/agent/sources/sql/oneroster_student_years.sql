-- Each student's year in a school, from the classes that they are enrolled in there. It ends early only where every one
-- of those enrollments ends before its class does. The grade is the user's, where it is but one.
CREATE TABLE student_years AS
SELECT e.userSourcedId,
       y.schoolSourcedId,
       y.schoolYear,
       min(coalesce(nullif(e.beginDate, ''), y.startDate)) AS beginDate,
       CASE WHEN sum(coalesce(e.endDate, '') = '' OR e.endDate >= y.endDate) = 0 THEN max(e.endDate) END AS endDate,
       CASE WHEN u.grades GLOB '[0-9]' THEN '0' || u.grades
            WHEN u.grades <> '' AND u.grades NOT LIKE '%,%' THEN upper(trim(u.grades)) END AS grade,
       coalesce(nullif(u.primaryOrgSourcedId, ''), r.orgSourcedId) AS primaryOrgSourcedId
FROM enrollments AS e
JOIN class_years AS y ON y.classSourcedId = e.classSourcedId AND y.schoolYear IS NOT NULL
LEFT JOIN users AS u ON u.sourcedId = e.userSourcedId
LEFT JOIN (
    SELECT userSourcedId, min(orgSourcedId) AS orgSourcedId FROM roles
    WHERE role = 'student' AND roleType = 'primary'
    GROUP BY userSourcedId HAVING count(DISTINCT orgSourcedId) = 1
) AS r ON r.userSourcedId = e.userSourcedId
WHERE e.role = 'student'
GROUP BY e.userSourcedId, y.schoolSourcedId, y.schoolYear
