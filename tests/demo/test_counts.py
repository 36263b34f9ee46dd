"""How many records a district of any size has."""

import numpy as np
import pytest

from upstate.demo import Recipe
from upstate.demo.expectation import Foresight
from upstate.demo.faults import place_faults
from upstate.demo.making import chunks, settle_world
from upstate.errors import ConfigError

LARGE = {
    "School": 194,
    "Calendar": 230,
    "ScheduleStructure": 264,
    "SchoolMonth": 2_140,
    "CourseSection": 16_557,
    "Day": 69_620,
    "PersonIdentity": 114_609,
    "Enrollment": 97_574,
    "CensusContactSummary": 164_022,
    "Employment": 12_638,
    "EmploymentAssignment": 12_638,
    "EmploymentBackground": 12_638,
    "EmploymentCredential": 12_638,
    "Roster": 700_000,
    "TestScore": 300_000,
}


def test_at_scale_1_the_school_years_counts_are_those_of_a_large_real_district_to_the_record() -> None:
    _, tables = settle_world(Recipe(scale=1))
    counts = {table.object: table.this_year for table in tables}
    assert {name: counts[name] for name in LARGE} == LARGE
    attendance = ("AttendanceExactCount", "AttendanceKYMinute", "AttendanceGroupKY")
    assert sum(counts[name] for name in attendance) == 1_000_000
    assert sum(table.count for table in tables) > 2_500_000


def test_at_scale_1_eleven_schools_fail_and_hold_back_2231_records() -> None:
    world, tables = settle_world(Recipe(scale=1))
    placed = place_faults(world, tables, "sqlite")
    foresight = Foresight(placed)
    schools = [number for number, one in enumerate(placed) if one.planting.object == "School"]
    for table in tables:
        for rows, columns, _ in chunks(world, table, placed):
            foresight.follow(world.catalog[table.object], columns, rows, table.this_year)
        if table.object == "CourseSection":
            break
    assert foresight.expected()["School"].failed == 11
    assert foresight.held_back[schools].sum() == 2_231


@pytest.mark.parametrize("scale", [0.0001, 0.01, 0.05, 0.3, 2])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_district_of_any_size_keeps_the_proportions_and_holds_together(scale: float, seed: int) -> None:
    world, tables = settle_world(Recipe(scale=scale, seed=seed))
    counts = {table.object: table.this_year for table in tables}
    assert all(table.count > 0 for table in tables)
    assert counts["School"] >= 4
    assert world.counts.transfers > 0
    for name in ("PersonIdentity", "Enrollment", "Roster", "CensusContactSummary", "CourseSection"):
        assert counts[name] == world.counts[name]
    if scale >= 0.05:
        assert counts["Roster"] == round(700_000 * scale)
        assert counts["Day"] == pytest.approx(69_620 * scale, rel=0.1)
    assert np.all(world.enrollments.start <= world.enrollments.last_day(world.places))


@pytest.mark.parametrize("scale", [0, -1, 1000])
def test_a_scale_that_cannot_be_made_is_one_clear_line(scale: float) -> None:
    with pytest.raises(ConfigError, match=r"^A scale of .* cannot be made; take one above 0 and up to 20\.$"):
        Recipe(scale=scale)
