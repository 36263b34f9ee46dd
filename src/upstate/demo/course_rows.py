"""The records of courses, sections, enrollments and rosters."""

from __future__ import annotations

import numpy as np

from upstate.demo.calendar_dates import OPEN
from upstate.demo.chance import Rows
from upstate.demo.enrolling import SERVICES
from upstate.demo.places import GRADES, LEVELS, UNGRADED
from upstate.demo.teaching import COURSES, course_level, course_lists
from upstate.demo.world import Columns, Table, Values, World, always, texts, unset

SEATS = 60


def course_tables(world: World) -> list[Table]:
    """What is taught: course codes and sections."""
    return [
        world.table("CourseCode", lambda rows: _code(world, rows), count=UNGRADED * COURSES),
        world.table("CourseSection", lambda rows: _section(world, rows), count=len(world.teaching.unit)),
    ]


def enrollment_tables(world: World) -> list[Table]:
    """Who learns where: enrollments and rosters. Faults are planted at second schools, so that no one is left out."""
    enrolled = world.enrollments
    return [
        world.table(
            "Enrollment",
            lambda rows: _enrollment(world, rows),
            len(enrolled.person),
            enrolled.this_year,
            faulty=np.arange(enrolled.main, enrolled.second),
        ),
        world.table("Roster", lambda rows: _roster(world, rows), count=len(world.teaching.roster_enrollment)),
    ]


def _courses() -> tuple[Values, Values, Values]:
    """Names, subjects and credits by level and course."""
    lists = [course_lists()[level] for level in LEVELS[:3]]
    return (
        np.array([[course["name"] for course in courses] for courses in lists], dtype=object),
        np.array([[course["subject"] for course in courses] for courses in lists], dtype=object),
        np.array([[course["credits"] for course in courses] for courses in lists], dtype=np.float64),
    )


def _state_codes(grade: Rows, course: Rows) -> Values:
    _, subjects, _ = _courses()
    return texts("{}{:02d}{}1", subjects[course_level(grade), course], grade, course)


def _course_names(grade: Rows, course: Rows) -> Values:
    names, _, _ = _courses()
    return texts("{} {}", names[course_level(grade), course], np.array(GRADES, dtype=object)[grade])


def _code(world: World, rows: Rows) -> Columns:
    grade, course = rows // COURSES, rows % COURSES
    _, subjects, credits_of = _courses()
    return {
        "state_code": _state_codes(grade, course),
        "name": _course_names(grade, course),
        "start_year": 2015 + world.of("course since").below(6, rows),
        "subject": subjects[course_level(grade), course],
        "credits": credits_of[course_level(grade), course],
    }


def _section(world: World, rows: Rows) -> Columns:
    teaching = world.teaching
    unit, number = teaching.unit[rows], teaching.number[rows]
    grade, courses = teaching.unit_grade[unit], teaching.courses[unit]
    course, parallel = number % courses, number // courses
    summer = world.places.summer[teaching.unit_calendar[unit]]
    code = _state_codes(grade, course)
    teacher = teaching.teacher[rows]
    return {
        "calendar_guid": world.guid("Calendar", teaching.unit_calendar[unit]),
        "course_number": code,
        "section_number": texts("{:03d}", parallel + 1),
        "name": _course_names(grade, course),
        "state_code": code,
        "course_code_guid": world.guid("CourseCode", grade * COURSES + course),
        "teacher_guid": unset(world.guid("PersonIdentity", np.maximum(teacher, 0)), teacher < 0),
        "term": np.where(summer, "Summer", "Q1-Q4").astype(object),
        "period": texts("{}", course % 7 + 1),
        "max_students": always(SEATS, rows),
        "state_exclude": always(False, rows),
    }


def _enrollment(world: World, rows: Rows) -> Columns:
    enrolled, places, chance = world.enrollments, world.places, world.of("enrollment")
    start, end = enrolled.start[rows], enrolled.end[rows]
    going, no_show = end == OPEN, enrolled.no_show[rows]
    part = enrolled.service[rows] != 0
    transferred = (rows >= world.population.students) & (rows < enrolled.main)
    lessons = np.round((enrolled.last_day(places)[rows] - start + 1) * 0.56 * 2) / 2
    lessons = np.where(no_show, 0, lessons)
    absent = np.round(lessons * chance.of("absent").unit(rows) ** 4 * 0.4 * 2) / 2
    last = places.last[enrolled.calendar[rows]]
    before = rows >= enrolled.this_year
    leaving = np.where(no_show, "N01", np.where(before | (end >= last), "C01", chance.of("left").one_of(_LEFT, rows)))
    plain = world.codes("Enrollment", "start_status", rows)
    return {
        "person_guid": world.guid("PersonIdentity", enrolled.person[rows]),
        "calendar_guid": world.guid("Calendar", enrolled.calendar[rows]),
        "grade_guid": world.guid("StructureGradeLevel", enrolled.grade_level[rows]),
        "start_date": start,
        "start_status": np.where(part, "S01", np.where(transferred, "R02", plain)).astype(object),
        "end_date": unset(end, going),
        "end_status": unset(leaving.astype(object), going),
        "service_type": np.array(SERVICES, dtype=object)[enrolled.service[rows]],
        "state_exclude": always(False, rows),
        "bie_exclude": always(False, rows),
        "no_show": no_show,
        "percent_enrolled": np.where(part, 25.0, 100.0),
        "resident_district": always("275", rows),
        "serving_district": always("275", rows),
        "aggregate_hours": lessons * 6,
        "days_present": lessons - absent,
        "days_enrolled": lessons,
        "special_ed_status": unset(
            world.codes("Enrollment", "special_ed_status", enrolled.person[rows]),
            ~world.of("special education").true(0.13, enrolled.person[rows]),
        ),
    }


_LEFT = np.array(["W01", "W01", "W01", "W02", "W02", "W03", "W05", "W06", "W13"], dtype=object)


def _roster(world: World, rows: Rows) -> Columns:
    enrollment = world.teaching.roster_enrollment[rows]
    end = world.enrollments.end[enrollment]
    return {
        "enrollment_guid": world.guid("Enrollment", enrollment),
        "section_guid": world.guid("CourseSection", world.teaching.roster_section[rows]),
        "start_date": world.enrollments.start[enrollment],
        "end_date": unset(end, end == OPEN),
    }
