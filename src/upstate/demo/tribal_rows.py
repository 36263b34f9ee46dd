"""The records that only schools of the Bureau of Indian Education have."""

from __future__ import annotations

import numpy as np

from upstate.demo.calendar_dates import day
from upstate.demo.chance import Rows
from upstate.demo.world import Columns, Table, World, texts

WEEKS = 30


def tribal_tables(world: World) -> list[Table]:
    """Nothing outside that edition."""
    if "NASIS" not in world.catalog:
        return []
    schools = world.counts.open_schools
    return [
        world.table("NASIS", lambda rows: _member(world, rows), count=world.population.students),
        world.table("ISEPResidentialCertification", lambda rows: _certified(world, rows), count=schools),
        world.table("ISEPResidentialVerification", lambda rows: _verified(world, rows), count=schools * WEEKS),
    ]


def _member(world: World, rows: Rows) -> Columns:
    return {
        "person_guid": world.guid("PersonIdentity", rows),
        "enrollment_number": texts("{:08d}", 40_000_000 + rows),
        "residential": world.of("residential").true(0.1, rows),
    }


def _residents(world: World, schools: Rows) -> Rows:
    return 10 + world.of("residents").below(60, schools)


def _certified(world: World, rows: Rows) -> Columns:
    return {
        "school_guid": world.guid("School", rows),
        "certified_date": np.full(len(rows), day(world.recipe.school_year - 1, 10, 20)),
        "student_count": _residents(world, rows),
        "certifier": texts("Certifier {}", rows + 1),
    }


def _verified(world: World, rows: Rows) -> Columns:
    school, week = rows // WEEKS, rows % WEEKS
    return {
        "school_guid": world.guid("School", school),
        "week": week + 1,
        "verified_date": day(world.recipe.school_year - 1, 8, 25) + 7 * week,
        "student_count": _residents(world, school),
    }
