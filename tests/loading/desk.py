"""A hub whose orders are placed and delivered by hand: rows in, counts, rejections and state rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from upstate.catalog import Catalog
from upstate.loading.landing import land
from upstate.loading.placing import at_district
from upstate.loading.task import Task
from upstate.planning import Counts
from upstate.wire import Batch, arrow_schema, digest, encode, no_misfits

Row = Mapping[str, Any]

CATALOG = {
    "School.toml": """
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
        length = 20
        required = true
        [[column]]
        name = "kind"
        type = "text"
        codes = { E = "Elementary", H = "High" }
        [[column]]
        name = "rating"
        type = "text"
        owner = "state"
        [[column]]
        name = "closed"
        type = "boolean"
        [[rule]]
        reason = "closed"
        verdict = "excluded"
        when = "record.closed"
        advice = "The school is closed. Open it if it should be reported."
        """,
    "Pupil.toml": """
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
        precision = 6
        scale = 2
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
        """,
    "Note.toml": """
        object = "Note"
        table = "note"
        key = ["pupil_id", "line"]
        [[column]]
        name = "pupil_id"
        type = "integer"
        required = true
        [[column]]
        name = "line"
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
        """,
}


def describe(name: str, columns: str, *more: str, key: str = "id") -> str:
    """An object's file in short: columns as "id integer!, name text(20)", ! for required; `more` is TOML, as it is."""
    lines = [f'object = "{name}"', f'table = "{name.lower()}"', f"key = {key.split()!r}".replace("'", '"')]
    lines += [line for line in more if not line.lstrip().startswith("[[")]
    for text in columns.split(","):
        column, kind = text.split(maxsplit=1)
        base, _, size = kind.strip().rstrip("!").rstrip(")").partition("(")
        lines += ["[[column]]", f'name = "{column}"', f'type = "{base}"']
        lines += ["required = true"] if kind.endswith("!") else []
        if base == "decimal":
            precision, _, scale = size.partition(".")
            lines += [f"precision = {precision}", f"scale = {scale}"]
        elif size:
            lines += [f"length = {size}"]
    return "\n".join([*lines, *(line for line in more if line.lstrip().startswith("[["))])


def refers(to: str, columns: str, more: str = "") -> str:
    """A [[reference]] to an object by columns given with blanks between."""
    names = str(columns.split()).replace("'", '"')
    return f'[[reference]]\nto = "{to}"\ncolumns = {names}\n{more}'


def unique(columns: str, more: str = "") -> str:
    """A [[unique]] over columns given with blanks between."""
    names = str(columns.split()).replace("'", '"')
    return f"[[unique]]\ncolumns = {names}\n{more}"


def rule(reason: str, when: str, verdict: str = "failed") -> str:
    """A [[rule]] with its condition."""
    return f"[[rule]]\nreason = '{reason}'\nverdict = '{verdict}'\nwhen = '''{when}'''\nadvice = 'Mend it.'"


@dataclass
class Desk:
    """Sends rows for a district and shows what became of them."""

    url: str
    connection: psycopg.Connection[Any]
    catalog: Catalog
    district: int = 1
    year: int = 2024
    zones: dict[int, int] = field(default_factory=dict)
    partitions: int | None = None
    servers: tuple[str, ...] = ()

    def send(self, name: str, rows: Iterable[Any], **options: Any) -> Counts:
        """One object, delivered whole and landed."""
        return self.resync({name: rows}, **options)[name]

    def resync(
        self,
        rows: Mapping[str, Any],
        *,
        misfits: Iterable[Row] = (),
        district: int | None = None,
        batch: int = 1000,
        school_year: int | None = None,
        judged_alike: bool = False,
    ) -> dict[str, Counts]:
        """Every object in the order given, as one resync; its totals must add up, whatever the test is about."""
        district = district or self.district
        resync = self.place(list(rows), district)
        counts = {}
        for name, given in rows.items():
            task = replace(self.task(resync, name, district, school_year), judged_alike=judged_alike)
            sent, wrong = list(given), list(misfits)
            self.deliver(task, sent, wrong, batch)
            counts[name] = land(self.connection, task)
            assert counts[name].processed == len(sent) + len({m["record"] for m in wrong}), counts[name]
            assert min(astuple(counts[name])) >= 0, counts[name]
        return counts

    def place(self, names: list[str], district: int) -> int:
        """A resync with an order for each object; its id."""
        zone = self._zone(district)
        (resync,) = self._row(
            "insert into hub_resync (zone_id, school_year, mode, chosen, objects, check_dependencies, asked_by, state, "
            "finished_at) values (%s, %s, 'partial', %s, %s, true, 'Dana', 'finished', now()) returning id",
            (zone, self.year, names, names),
        )
        for position, name in enumerate(names):
            self.connection.execute(
                "insert into hub_order (resync_id, position, object, state, epoch, started_at) "
                "values (%s, %s, %s, 'reading', 1, now())",
                (resync, position, name),
            )
        return int(resync)

    def task(self, resync: int, name: str, district: int | None = None, school_year: int | None = None) -> Task:
        """What there is to land of that object."""
        order, epoch = self._row("select id, epoch from hub_order where resync_id = %s and object = %s", (resync, name))
        return Task(
            order=order,
            epoch=epoch,
            resync=resync,
            district=district or self.district,
            school_year=school_year,
            zone_year=self.year,
            edition=None,
            catalog=self.catalog,
            object=self.catalog[name],
        )

    def deliver(self, task: Task, rows: list[Row], misfits: list[Row] = [], batch: int = 1000) -> None:  # noqa: B006
        """Keep the rows as batches and mark the order delivered."""
        schema = arrow_schema(task.object)
        parts = [rows[start : start + batch] for start in range(0, len(rows), batch)] or [[]]
        for number, part in enumerate(parts):
            payload = encode(
                Batch(
                    pa.RecordBatch.from_pylist([dict(row) for row in part], schema=schema),
                    pa.RecordBatch.from_pylist([dict(m) for m in misfits], schema=no_misfits().schema)
                    if number == 0
                    else no_misfits(),
                )
            )
            self.connection.execute(
                "insert into hub_batch (order_id, number, records, digest, payload) values (%s, %s, %s, %s, %s)",
                (task.order, number, len(part), digest(payload), payload),
            )
        self.connection.execute(
            "update hub_order set state = 'delivered', batches = %s, delivered_at = now() where id = %s",
            (len(parts), task.order),
        )

    def rows(self, table: str, district: int | None = None) -> list[dict[str, Any]]:
        """What the state holds of a table for a district, by key."""
        query = f"select * from state.{table} where district_id = %s order by 1, 2, 3"
        with self.connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(query, (district or self.district,)).fetchall()
        return [{k: v for k, v in row.items() if k != "district_id"} for row in found]

    def write(self, query: str, district: int | None = None) -> None:
        """What another program does to a district's rows, where they are."""
        with at_district(self.connection, district or self.district) as holder:
            holder.execute(query.encode())

    def rejections(
        self, *, resolved: bool = False, district: int | None = None
    ) -> dict[tuple[str, str, str], dict[str, Any]]:
        """A district's open rejections (or resolved ones) by object, key and reason."""
        query = "select * from hub_rejection where (resolved_at is not null) = %s and district_id = %s order by id"
        with self.connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(query, (resolved, district or self.district)).fetchall()
        return {(r["object"], "|".join("?" if p is None else p for p in r["key"]), r["reason"]): r for r in found}

    def verdicts(self, name: str) -> dict[str, str]:
        """The verdict of each record of an object with an open rejection, by key."""
        return {key: r["verdict"] for (obj, key, _), r in self.rejections().items() if obj == name}

    def versions(self, district: int | None = None) -> list[tuple[Any, ...]]:
        """Where every row of a district is and which transaction wrote it: the same for rows that nobody touched."""
        found = []
        for obj in self.catalog:
            query = (
                f"select '{obj.name}', ctid::text, xmin::text, t::text from state.{obj.table} t where district_id = %s"
            )
            found += self.connection.execute(query, (district or self.district,)).fetchall()
        return sorted(found)

    def orphans(self) -> int:
        """Rows at the state, of any district, whose parent is missing."""
        missing = 0
        for obj in self.catalog:
            for reference in obj.references:
                parent = self.catalog[reference.to]
                there = " and ".join(f'p."{k}" = c."{r}"' for k, r in zip(parent.key, reference.columns, strict=True))
                full = " and ".join(f'c."{r}" is not null' for r in reference.columns)
                missing += self._row(
                    f"select count(*) from state.{obj.table} c where {full} and not exists "
                    f"(select from state.{parent.table} p where p.district_id = c.district_id and {there})"
                )[0]
        return missing

    @contextmanager
    def as_role(self, *, may_skip_triggers: bool) -> Iterator[Desk]:
        """The same desk as a role of its own, with what a loader needs; the quick way needs one right more."""
        role, run = f"loader_{uuid4().hex}", self.connection.execute
        run(
            f"create role {role} login; grant usage, create on schema state to {role}; "
            f"grant usage on schema public to {role}; "
            f"grant select, insert, update, delete on all tables in schema state, public to {role}; "
            f"grant usage on all sequences in schema public to {role}"
        )
        if may_skip_triggers:
            run(f"grant set on parameter session_replication_role to {role}")
        try:
            with self.reconnected(role) as desk:
                may = "select has_parameter_privilege('session_replication_role', 'SET')"
                assert desk.connection.execute(may).fetchone() == (may_skip_triggers,)
                yield desk
        finally:
            run(f"revoke set on parameter session_replication_role from {role}; drop owned by {role}; drop role {role}")

    @contextmanager
    def reconnected(self, user: str | None = None) -> Iterator[Desk]:
        """The same desk over a connection of its own: another role's, or with settings that are new."""
        url = make_conninfo(self.url, user=user) if user else self.url
        with psycopg.connect(url, autocommit=True) as connection:
            yield replace(self, connection=connection)

    def _zone(self, district: int) -> int:
        if district not in self.zones:
            self.connection.execute(
                "insert into hub_district (id, name, added_at) overriding system value values (%s, %s, now())",
                (district, f"district {district}"),
            )
            (self.zones[district],) = self._row(
                "insert into hub_zone (district_id, school_year) values (%s, %s) returning id", (district, self.year)
            )
        return self.zones[district]

    def _row(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        assert row is not None
        return row
