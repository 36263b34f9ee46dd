"""A hub with three districts that read one source: one sends everything and is judged anew, one sends everything again
(what is at the state just so is told by digests), and one sends what differs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from upstate.cli.receipts import AS_THEN, check_here
from upstate.cli.running import Outcome, run_resync
from upstate.hub.districts import add_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.planned import plan_resync
from upstate.hub.receipts import receipt_of
from upstate.hub.set_up import set_up
from upstate.hub.start import Configuration, start
from upstate.loading.references import check_references
from upstate.planning import Counts

FULL, AGAIN, CHANGES = "Full", "Again", "Changes"
YEAR = 2024
Rows = Mapping[str, Sequence[Sequence[Any]]]

SCHOOL = """
object = "School"
table = "school"
key = ["id"]
[[column]]
name = "id"
type = "integer"
required = true
[[column]]
name = "name"
type = "text"
length = 8
required = true
[[column]]
name = "kind"
type = "text"
codes = { E = "Elementary", H = "High" }
[[column]]
name = "rating"
type = "text"
owner = "state"
codes = { A = "Good", B = "Fair" }
[[column]]
name = "badge"
type = "integer"
owner = "state"
[[column]]
name = "closed"
type = "boolean"
[[unique]]
columns = ["badge"]
[[rule]]
reason = "closed"
verdict = "excluded"
when = "record.closed"
advice = "The school is closed."
"""
PUPIL = """
object = "Pupil"
table = "pupil"
key = ["id"]
[[column]]
name = "id"
type = "integer"
required = true
[[column]]
name = "school_id"
type = "integer"
required = true
[[column]]
name = "mentor_id"
type = "integer"
[[column]]
name = "number"
type = "integer"
[[column]]
name = "score"
type = "decimal"
precision = 4
scale = 2
[[column]]
name = "born"
type = "date"
[[column]]
name = "text"
type = "text"
[[reference]]
to = "School"
columns = ["school_id"]
[[reference]]
to = "Pupil"
columns = ["mentor_id"]
[[unique]]
columns = ["school_id", "number"]
[[rule]]
reason = "score_below_zero"
verdict = "failed"
when = "record.score < 0"
advice = "The score is below zero. Correct it."
[[rule]]
reason = "odd_number_in_high_school"
verdict = "failed"
when = "school.kind = 'H' and record.number % 2 = 1"
advice = "High schools give even numbers."
"""
NOTE = """
object = "Note"
table = "note"
key = ["pupil_id", "line"]
school_year = "year"
[[column]]
name = "pupil_id"
type = "integer"
required = true
[[column]]
name = "line"
type = "text"
length = 3
required = true
[[column]]
name = "year"
type = "integer"
required = true
[[column]]
name = "reader_id"
type = "integer"
[[column]]
name = "text"
type = "text"
[[reference]]
to = "Pupil"
columns = ["pupil_id"]
[[reference]]
to = "School"
columns = ["reader_id"]
when_excluded = "clear"
[[unique]]
columns = ["text"]
nulls = "distinct"
"""
TEXTS = {"School.toml": SCHOOL, "Pupil.toml": PUPIL, "Note.toml": NOTE}
# The district's own tables: no key, no limit but the type.
TABLES = {
    "school": "id integer, name text, kind text, rating text, badge integer, closed boolean",
    "pupil": "id integer, school_id bigint, mentor_id integer, number integer, score numeric, born date, text text",
    "note": "pupil_id integer, line text, year integer, reader_id integer, text text",
}


class Sqlite:
    """A district in a SQLite file."""

    def __init__(self, file: Path) -> None:
        self.url = str(file)
        with closing(sqlite3.connect(file)) as connection, connection:
            for table, columns in TABLES.items():
                # of no type, so that every value stays what it was given as
                bare = ", ".join(column.split()[0] for column in columns.split(", "))
                connection.execute(f"CREATE TABLE {table} ({bare})")

    def hold(self, rows: Rows) -> None:
        """These rows and no others."""
        with closing(sqlite3.connect(self.url)) as connection, connection:
            for table, held in rows.items():
                connection.execute(f"DELETE FROM {table}")
                for row in held:
                    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


class Postgresql:
    """A district in a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            for table, columns in TABLES.items():
                connection.execute(f"CREATE TABLE {table} ({columns})".encode())

    def hold(self, rows: Rows) -> None:
        """These rows and no others."""
        with psycopg.connect(self.url) as connection:
            for table, held in rows.items():
                connection.execute(f"DELETE FROM {table}".encode())
                for row in held:
                    connection.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})".encode(), row)


@dataclass
class BothWays:
    """The hub; `source` is what both districts read."""

    url: str
    source: Sqlite | Postgresql
    connection: psycopg.Connection[Any]
    ids: dict[str, int] = field(default_factory=dict)

    def send(
        self, name: str, objects: Iterable[str] | None = None, *, everything: bool = False, remove: bool = False
    ) -> dict[str, Counts]:
        """A resync as the command runs it; the counts of each object."""
        planned = plan_resync(name, objects)
        outcome = run_resync(self.url, planned, everything=everything, remove_leftovers=remove)
        assert outcome.state == "finished", [run.message for run in outcome.runs]
        self.sound_receipt(outcome)
        return {run.object: run.counts for run in outcome.runs}

    def sound_receipt(self, outcome: Outcome) -> None:
        """The receipt agrees, for every object, on as many records as landed; what it says of either end is what that
        end comes to, read anew."""
        receipt = receipt_of(outcome.resync)
        assert receipt is not None
        assert [line.object for line in receipt.objects] == [run.object for run in outcome.runs]
        _, checked = check_here(self.url, receipt, lambda: None)
        for line, run, each in zip(receipt.objects, outcome.runs, checked, strict=True):
            landed = run.counts.landed
            assert (line.district_landed.records, line.state_landed.records) == (landed, landed), (line, run)
            assert line.agrees, (line, each)
            assert (each.district, each.state) == (AS_THEN, AS_THEN), (line, each)

    def send_both(self, *, remove: bool = False) -> dict[str, Counts]:
        """Everything for two districts and changes for one; they end alike in every way that anyone can see."""
        self.connection.execute(
            "UPDATE hub_order SET fingerprint = '' FROM hub_resync, hub_zone WHERE hub_resync.id = resync_id "
            "AND hub_zone.id = zone_id AND district_id = %s",
            (self.ids[FULL],),
        )
        full = self.send(FULL, everything=True, remove=remove)
        again = self.send(AGAIN, everything=True, remove=remove)
        changes = self.send(CHANGES, remove=remove)
        assert changes == again == full
        for name in (AGAIN, CHANGES):
            for table in TABLES:
                assert self.rows(table, name) == self.rows(table, FULL)
            assert self.rejections(name) == self.rejections(FULL)
            assert self.leftovers(name) == self.leftovers(FULL)
        return changes

    def leftovers(self, name: str) -> list[tuple[Any, ...]]:
        """What is left over, and why it stays where it was to go."""
        return self.connection.execute(
            "SELECT object, school_year, key, kept, kept_by FROM hub_leftover WHERE district_id = %s ORDER BY 1, 2, 3",
            (self.ids[name],),
        ).fetchall()

    def let_all_go(self, percent: int = 100) -> None:
        """The state asks for no approval, however many are to be removed; or where they are more than so many."""
        for name in ("leftovers_of_object", "leftovers_of_school"):
            self.connection.execute(
                "INSERT INTO hub_state_setting (name, value) VALUES (%s, %s::text::jsonb) ON CONFLICT DO NOTHING",
                (name, percent),
            )

    def astray(self) -> int:
        """Rows at the state whose parent is missing."""
        catalog = catalog_in_force()
        found = (check_references(self.connection, catalog, district) for district in self.ids.values())
        return sum(each.missing for checked in found for each in checked)

    def edit(self, statement: str) -> None:
        """Change the state by plain SQL, alike for all districts (`:d` is the district), unless it refuses."""
        for district in self.ids.values():
            try:
                with self.connection.transaction():
                    self.connection.execute(statement.replace(":d", str(district)).encode())
            except psycopg.IntegrityError:
                continue

    def rows(self, table: str, name: str) -> list[dict[str, Any]]:
        """What the state holds of a table for a district, in order."""
        query = sql.SQL("SELECT to_jsonb(t) - 'district_id' FROM state.{} AS t WHERE district_id = %s ORDER BY 1")
        return [row[0] for row in self.connection.execute(query.format(sql.Identifier(table)), (self.ids[name],))]

    def rejections(self, name: str) -> list[tuple[Any, ...]]:
        """What is open, in every word of it."""
        return self.connection.execute(
            'SELECT object, school_year, key, reason, "column", verdict, records, message, advice, root_object, '
            "root_key, root_reason FROM hub_rejection WHERE district_id = %s AND resolved_at IS NULL "
            "ORDER BY 1, 2, 3, 4, 5",
            (self.ids[name],),
        ).fetchall()

    def places(self) -> list[list[tuple[Any, ...]]]:
        """Where every row at the state lies and who wrote it: whatever writes a row changes this."""
        return [
            self.connection.execute(f"SELECT ctid, xmin FROM state.{table} ORDER BY ctid".encode()).fetchall()
            for table in TABLES
        ]

    def shipped(self) -> dict[str, tuple[bool, int]]:
        """Of the last resync's orders: whether everything was sent, and how many records were."""
        query = "SELECT object, everything, records FROM hub_order WHERE resync_id = (SELECT max(id) FROM hub_resync)"
        return {name: (everything, records) for name, everything, records in self.connection.execute(query)}


def made_hub(url: str, servers: Sequence[str] = ()) -> None:
    """Set a hub up in an empty database; with `servers`, they hold the districts' rows."""
    start(Configuration(url))
    set_up(url, TEXTS, partitions=4 if servers else None, servers=servers)


def open_hub(url: str, source: Sqlite | Postgresql, connection: psycopg.Connection[Any]) -> BothWays:
    """The hub of a database that is set up, once it knows the districts."""
    start(Configuration(url))
    catalog = catalog_in_force()
    hub = BothWays(url, source, connection)
    for name in (FULL, AGAIN, CHANGES):
        known, _ = add_district(catalog, name, source_url=source.url, mapping="", school_year=YEAR, edition=None)
        hub.ids[name] = known.id
    return hub
