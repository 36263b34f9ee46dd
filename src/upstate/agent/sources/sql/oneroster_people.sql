-- The users that the state can be told of: every student, and of the others those with the birth date and sex that the
-- state requires of a person.
CREATE TABLE people AS
SELECT sourcedId FROM users WHERE sourcedId IN (
    SELECT userSourcedId FROM enrollments WHERE role = 'student'
    UNION SELECT userSourcedId FROM roles WHERE role = 'student'
    UNION SELECT sourcedId FROM demographics WHERE birthDate <> '' AND sex <> ''
)
