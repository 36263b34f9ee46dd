"""Who lives there: students in households, their guardians, and staff, as numbers that point at each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upstate.demo.amounts import share_out
from upstate.demo.calendar_dates import day
from upstate.demo.chance import Chance, Rows
from upstate.demo.places import ALTERNATIVE, ELEMENTARY, GRADES, HIGH, MIDDLE, Places
from upstate.demo.recipe import Counts, Recipe

GRADE_WEIGHTS = [0.45, 1.0, 1.03, 1.02, 1.02, 1.01, 1.0, 1.0, 1.0, 1.0, 1.1, 1.02, 0.96, 0.92]
LEVEL_OF_GRADE = np.array([ELEMENTARY] * 7 + [MIDDLE] * 3 + [HIGH] * 4 + [HIGH])
ALTERNATIVE_SHARE = 0.03
SINGLE_PARENT_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Population:
    """People by number: students first, then staff, then guardians."""

    students: int
    staff: int
    guardians: int
    households: int
    household: Rows  # a student's
    grade: Rows  # a student's
    school: Rows  # a student's
    guardian_household: Rows  # a guardian's
    second_guardian: Rows  # a household's, -1 where there is but one
    staff_school: Rows  # a staff member's, ascending

    @property
    def people(self) -> int:
        """Everybody."""
        return self.students + self.staff + self.guardians

    @property
    def first_guardian_person(self) -> int:
        """The number, among all people, of the first guardian."""
        return self.students + self.staff


def settle_people(counts: Counts, places: Places, chance: Chance) -> Population:
    """Put people into households, grades and schools; siblings live in one zone and go to its schools."""
    students, staff = counts["Student"], counts["Staff"]
    guardians = counts["PersonIdentity"] - students - staff
    households = max(2, min(round(guardians / (2 - SINGLE_PARENT_SHARE)), students))
    grade = chance.of("grade").one_of(np.arange(len(GRADES) - 1), np.arange(students), GRADE_WEIGHTS)

    which = np.arange(1, households)
    starts = np.round((which + 0.8 * (chance.of("household").unit(which) - 0.5)) * students / households)
    household = np.searchsorted(starts, np.arange(students), side="right")

    seconds = chance.of("second guardian").sample(guardians - households, households)
    second_guardian = np.full(households, -1, dtype=np.int64)
    second_guardian[seconds] = households + np.arange(len(seconds))
    guardian_household = np.concatenate([np.arange(households), seconds])

    zone = chance.of("zone").unit(np.arange(households))[household]
    school = np.zeros(students, dtype=np.int64)
    level = LEVEL_OF_GRADE[grade]
    if len(places.schools_of(ALTERNATIVE)):
        moved = chance.of("alternative").true(ALTERNATIVE_SHARE, np.arange(students)) & (level != ELEMENTARY)
        level = np.where(moved, ALTERNATIVE, level)
    for number in range(ALTERNATIVE + 1):
        schools = places.schools_of(number)
        ours = level == number
        if len(schools):
            school[ours] = schools[np.floor(zone[ours] * len(schools)).astype(np.int64)]

    pupils = np.bincount(school, minlength=counts.open_schools)[: counts.open_schools]
    return Population(
        students=students,
        staff=staff,
        guardians=len(guardian_household),
        households=households,
        household=household,
        grade=grade,
        school=school,
        guardian_household=guardian_household,
        second_guardian=second_guardian,
        staff_school=np.repeat(np.arange(counts.open_schools), share_out(staff, pupils + 20)),
    )


def birth_days(recipe: Recipe, population: Population, people: Rows, chance: Chance) -> Rows:
    """Birth dates: students fit their grade, staff are 23 to 66, guardians 22 to 60 when school began."""
    began = day(recipe.school_year - 1, 8, 1)
    jitter = chance.of("birthday").unit(people)
    student = people < population.students
    grade = population.grade[np.where(student, people, 0)]
    ages = np.where(
        student,
        grade + 4 + jitter,
        np.where(people < population.first_guardian_person, 23 + 43 * jitter, 22 + 38 * jitter**1.3),
    )
    return np.floor(began - ages * 365.25).astype(np.int64)
