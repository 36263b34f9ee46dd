"""What a hub test stands on: a small catalog, a district, resyncs of it, and rows looked at by plain SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa

from upstate.catalog import Catalog, parse_catalog
from upstate.hub.districts import KnownDistrict, add_district
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.landing_loop import land_ready
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.placing_resyncs import place_resync
from upstate.hub.postgres import connect
from upstate.hub.running_resyncs import finish_resync, start_resync
from upstate.hub.set_up import set_up
from upstate.hub.start import Configuration, start
from upstate.planning import make_plan
from upstate.wire import Batch, Parcel, arrow_schema, decode, digest, encode, no_misfits
from upstate.wire.digests import Totalling

_OBJECT = """
object = "{name}"
table = "{table}"
key = ["id"]
{more}
[[column]]
name = "id"
type = "integer"
required = true
[[column]]
name = "name"
type = "text"
length = 20
"""
_PARENT = """
[[column]]
name = "{column}"
type = "integer"
[[reference]]
to = "{to}"
columns = ["{column}"]
"""


def _texts() -> dict[str, str]:
    def one(name: str, *parents: str, more: str = "") -> str:
        text = _OBJECT.format(name=name, table=name.lower(), more=more)
        return text + "".join(_PARENT.format(to=to, column=f"{to.lower()}_id") for to in parents)

    return {
        "School.toml": one("School"),
        "Student.toml": one("Student", "School"),
        "Score.toml": one("Score", "Student"),
        "Bus.toml": one("Bus", more='after = ["School"]'),
        "Month.toml": one("Month", "School", more='school_year = "year"')
        + '[[column]]\nname = "year"\ntype = "integer"\nrequired = true\n',
    }


TEXTS = _texts()


@dataclass(frozen=True)
class State:
    """A hub that is set up: its address, its catalog, the district Lakeside, a connection to look with."""

    url: str
    catalog: Catalog
    district: KnownDistrict
    connection: psycopg.Connection[Any]

    def place(self, *objects: str, check_dependencies: bool = False) -> PlacedResync:
        """Place a resync of these objects; of all when none is named."""
        plan = make_plan(self.catalog, objects or None, self.district.zone, check_dependencies=check_dependencies)
        return place_resync(plan, self.district.zone_id, asked_by="Dana", check_dependencies=check_dependencies)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query.encode(), values).fetchall()

    def orders(self, column: str) -> dict[str, Any]:
        """A column of every order, by object."""
        return dict(self.rows(f"SELECT object, {column} FROM hub_order"))


@dataclass(frozen=True)
class Made:
    """A catalog in force and a district that was added."""

    catalog: Catalog
    district: KnownDistrict


def make_state(url: str) -> Made:
    """Set a hub up in an empty database, and add Lakeside."""
    start(Configuration(url))
    prepared = set_up(url, TEXTS)
    district, _ = add_district(
        prepared.catalog, "Lakeside", source_url="lakeside.sqlite", mapping="", school_year=2024, edition=None
    )
    return Made(prepared.catalog, district)


def parcel(number: int, payload: bytes = b"records", records: int = 3) -> Parcel:
    """A batch as an agent would send it."""
    return Parcel(number, payload, digest(payload), records)


def schools(number: int, word: str = "school", records: int = 3) -> Parcel:
    """A batch of so many schools, each with that name, as an agent would send it."""
    obj = parse_catalog(TEXTS)["School"]
    rows = [{"id": 1000 * number + each, "name": word} for each in range(records)]
    payload = encode(Batch(pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj)), no_misfits()))
    return parcel(number, payload, records)


def batch(state: State, name: str, rows: list[dict[str, Any]]) -> bytes:
    """Records of an object as they travel."""
    records = pa.RecordBatch.from_pylist(rows, schema=arrow_schema(state.catalog[name]))
    return encode(Batch(records, no_misfits()))


def deliver_all(state: State, resync: PlacedResync, data: dict[str, list[dict[str, Any]]]) -> None:
    """Play an agent that reads these records: one batch an object, none where there are no records."""
    with InProcessDoor(state.url, resync.id, state.catalog) as door:
        while order := door.claim():
            rows = data.get(order.object, [])
            read = Totalling(state.catalog[order.object])
            if rows:
                door.deliver(order, parcel(0, batch(state, order.object, rows), len(rows)))
                read.add(decode(state.catalog[order.object], batch(state, order.object, rows)).records)
            door.finish(order, 1 if rows else 0, total=read.total)


def send(state: State, data: dict[str, list[dict[str, Any]]], *objects: str) -> PlacedResync:
    """A whole resync: placed, delivered, landed, ended."""
    resync = state.place(*objects)
    start_resync(resync.id)
    deliver_all(state, resync, data)
    with connect(state.url) as connection:
        land_ready(connection, resync.id, state.catalog)
    finish_resync(resync.id)
    return resync
