"""The records of screenings, certificates, shots and insurance."""

from __future__ import annotations

from upstate.demo.chance import Rows
from upstate.demo.population import birth_days
from upstate.demo.world import Columns, Table, World, student_table, texts, unset

YEAR = 365


def health_tables(world: World) -> list[Table]:
    """All of them; every state has these."""
    return [
        _screening(world, "HealthScreening"),
        _certificate(world, "ImmCertificate"),
        _shot(world, "VaccineShot"),
        _medicaid(world, "MedicaidInsurance"),
    ]


def _screening(world: World, name: str) -> Table:
    def more(rows: Rows, _student: Rows, again: Rows) -> Columns:
        result = world.codes(name, "result", rows)
        return {
            "date": world.autumn(world.of(name), rows, 90) + again,
            "result": result,
            "referral": (result == "F") | (result == "R"),
        }

    return student_table(world, name, more)


def _born(world: World, students: Rows) -> Rows:
    return birth_days(world.recipe, world.population, students, world.of("birth"))


def _certificate(world: World, name: str) -> Table:
    def more(rows: Rows, student: Rows, again: Rows) -> Columns:
        issued = _born(world, student) + 1000 + world.of(name).below(60, rows) + again
        kind = world.codes(name, "type", rows)
        return {"type": kind, "issue_date": issued, "expire_date": unset(issued + 14, kind != "PRO")}

    return student_table(world, name, more)


def _shot(world: World, name: str) -> Table:
    def more(rows: Rows, student: Rows, again: Rows) -> Columns:
        date = _born(world, student) + 60 + 150 * again + world.of(name).below(40, rows)
        waived = world.of(name, "waived").true(0.01, rows)
        return {
            "date": date,
            "waiver": unset(world.codes(name, "waiver", rows), ~waived),
            "waiver_expires": unset(date + YEAR, ~waived),
        }

    return student_table(world, name, more)


def _medicaid(world: World, name: str) -> Table:
    def more(rows: Rows, student: Rows, _again: Rows) -> Columns:
        first = world.autumn(world.of(name), rows, 300) - YEAR
        return {
            "medicaid_id": texts("{:010d}", 9_000_000_000 + student),
            "start_date": first,
            "end_date": unset(first + 700, world.of(name, "open").true(0.5, rows)),
            "consent_date": first + 10,
        }

    return student_table(world, name, more)
