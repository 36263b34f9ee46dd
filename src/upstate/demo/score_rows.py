"""The records of tests and their scores; the last tests are there for scores that must stay out."""

from __future__ import annotations

import numpy as np

from upstate.demo.amounts import keep_exactly
from upstate.demo.calendar_dates import OPEN, day
from upstate.demo.chance import Rows
from upstate.demo.places import GRADES, UNGRADED
from upstate.demo.world import Columns, Table, World, always, texts, unset

FIRST_TESTED, SUBJECTS = 4, 7  # from grade 3; four state tests in spring, three national ones in the year
STATE_SUBJECTS = 4
NAMES = np.array(
    ["Reading", "Mathematics", "Science", "Writing", "Growth Reading", "Growth Mathematics", "Growth Language"],
    dtype=object,
)
PLAIN = (UNGRADED - FIRST_TESTED) * SUBJECTS
# After the plain tests: the one that the state's belong to (a reference to a later record), and those with a flaw.
BATTERY, WITHOUT_CODE, NOT_PUBLISHED, LOCKED, WITHOUT_YEAR = range(PLAIN, PLAIN + 5)
OFFSET = {"test without a code": WITHOUT_CODE, "test not published": NOT_PUBLISHED, "test locked": LOCKED,
          "test without a year": WITHOUT_YEAR}  # fmt: skip
RESULTS = np.array(["N", "A", "P", "D"], dtype=object)


def score_tables(world: World) -> list[Table]:
    """Tests and their scores."""
    return [world.table("Test", lambda rows: _test(world, rows), count=PLAIN + 5), _scores(world)]


def _test(world: World, rows: Rows) -> Columns:
    plain = rows < PLAIN
    grade, subject = FIRST_TESTED + rows // SUBJECTS, rows % SUBJECTS
    state = (plain & (subject < STATE_SUBJECTS)) | (rows >= BATTERY)
    code = texts("{}{:02d}{}", np.where(state, "KSA", "MAP").astype(object), np.minimum(grade, UNGRADED), subject)
    code[rows >= BATTERY] = texts("KSA-{}", rows[rows >= BATTERY] - BATTERY)
    coded = rows != WITHOUT_CODE
    name = texts(
        "{} grade {} {}",
        NAMES[subject],
        np.array(GRADES, dtype=object)[np.minimum(grade, UNGRADED)],
        always(world.recipe.school_year, rows),
    )
    for number, title in enumerate(["State assessment", "Reading pilot", "Field test", "Benchmark", "Placement test"]):
        name[rows == BATTERY + number] = title
    return {
        "state_code": unset(code, ~(state & coded)),
        "national_code": unset(code, state | ~coded),
        "name": name,
        "type": np.where(state, "state", "national").astype(object),
        "parent_test_guid": unset(world.guid("Test", always(BATTERY, rows)), ~(state & plain)),
        "end_year": unset(always(world.recipe.school_year, rows), rows == WITHOUT_YEAR),
        "published": rows != NOT_PUBLISHED,
        "district_locked": rows == LOCKED,
    }


def _scores(world: World) -> Table:
    population, enrolled, chance = world.population, world.enrollments, world.of("score")
    everyone = np.arange(population.students)
    moved = np.zeros(population.students, dtype=bool)
    moved[enrolled.person[population.students : enrolled.main]] = True
    stays = ~enrolled.no_show[everyone] & ((enrolled.end[everyone] == OPEN) | moved)
    tested = stays & (population.grade >= FIRST_TESTED)
    owner, subject = keep_exactly(world.counts["TestScore"], np.where(tested, SUBJECTS, 0), chance)
    spring, autumn = day(world.recipe.school_year, 4, 22), day(world.recipe.school_year - 1, 9, 5)

    def columns(rows: Rows) -> Columns:
        student, which = owner[rows], subject[rows]
        ability = world.of("ability").bell(0.0, 0.8, student) + chance.bell(0.0, 0.6, rows)
        points = np.clip(np.round(500 + 42 * ability), 350, 650)
        level = np.searchsorted([-0.75, 0.05, 1.1], ability)
        early = which >= STATE_SUBJECTS
        date = np.where(early, autumn + (which - STATE_SUBJECTS) * 80, spring) + chance.of("date").below(18, rows)
        return {
            "person_guid": world.guid("PersonIdentity", student),
            "test_guid": world.guid("Test", (population.grade[student] - FIRST_TESTED) * SUBJECTS + which),
            "date": date,
            "raw_score": np.clip(np.round(30 + 9 * ability), 0, 60),
            "scale_score": points,
            "percentile": np.clip(np.round(50 + 27 * ability), 1, 99),
            "result": RESULTS[level],
            "root": always(True, rows),
        }

    return world.table("TestScore", columns, count=len(owner))
