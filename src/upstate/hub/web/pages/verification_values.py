"""What both ends hold of a record at this moment, side by side; asked live, shown, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from upstate.catalog import Catalog, Column, SyncObject
from upstate.errors import SourceError
from upstate.hub.district_reading import Key, records_at_district
from upstate.hub.districts import find_district
from upstate.hub.models import District
from upstate.hub.postgres import Connection
from upstate.hub.web.pages.errors_record import row_at_the_state
from upstate.hub.web.state import state_connection
from upstate.loading.statements import sql_type

_SHOWN = 500  # characters of a value


@dataclass(frozen=True, slots=True)
class Values:
    """One column at both ends, as text (None: empty); `owner` is whose it is now."""

    column: Column
    district: str | None
    state: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class BothEnds:
    """A record at both ends: how many the district has of its key, whether the state holds a row, and the columns in
    which they differ now; of a record that only one end has, all of them. `misfit`: the district's has a value that
    fits no column, so that nothing of it can be shown."""

    key: Key
    at_district: int
    misfit: bool
    at_state: bool
    columns: tuple[Values, ...]

    @property
    def agree(self) -> bool:
        """Whether there is one at either end and nothing differs any more."""
        return (
            self.at_district == 1
            and not self.misfit
            and self.at_state
            and not any(each.differs for each in self.columns)
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """The records by key, or, where the district cannot be asked from here, why; then its side is left out."""

    records: Sequence[BothEnds]
    why_not: str


def both_ends(catalog: Catalog, district: District, name: str, school_year: int | None, keys: Sequence[Key]) -> Looked:
    """What both ends hold under these keys now."""
    if name not in catalog:
        return Looked((), f"{name} is no longer in the catalog.")
    obj = catalog[name]
    why_not = ""
    try:
        known = find_district(district.name)
        theirs = records_at_district(known, catalog, obj, school_year, keys)
    except SourceError as error:
        theirs, why_not = {}, error.message
    with state_connection() as connection:
        records = [_one(connection, obj, district, key, theirs.get(key, ())) for key in keys]
    return Looked(records, why_not)


def _one(
    connection: Connection,
    obj: SyncObject,
    district: District,
    key: Key,
    theirs: Sequence[Mapping[str, str | None] | None],
) -> BothEnds:
    held = row_at_the_state(connection, obj, district, key)
    ours = {} if held is None else {value.column.name: value.text for value in held}
    first = next((record for record in theirs if record is not None), None)
    sent = {} if first is None else _as_the_state_writes(connection, obj, first)
    both = first is not None and held is not None
    columns = [
        Values(column, sent.get(column.name), ours.get(column.name), sent.get(column.name) != ours.get(column.name))
        for column in obj.columns
    ]
    if both:
        columns = [each for each in columns if each.differs]
    there_is = first is not None or held is not None
    return BothEnds(key, len(theirs), None in theirs, held is not None, tuple(columns) if there_is else ())


def _as_the_state_writes(
    connection: Connection, obj: SyncObject, record: Mapping[str, str | None]
) -> dict[str, str | None]:
    """A record's values as the state would write them, so that 1.5 and 1.50 do not look different; what does not fit
    its column stays as it is."""
    kinds = {column.name: sql_type(column) for column in obj.columns}
    texts = {name: record[name] for name in kinds if record.get(name) is not None}
    fits = sql.SQL(", ").join(
        sql.SQL("pg_input_is_valid({}, {})").format(sql.Literal(text), sql.Literal(kinds[name].as_string(None)))
        for name, text in texts.items()
    )
    valid = _row(connection, fits)
    # asked for apart, as a cast that cannot be is an error even in the branch that is not taken
    written = sql.SQL(", ").join(
        sql.SQL("left({}::{}::text, {})").format(sql.Literal(text), kinds[name], sql.Literal(_SHOWN))
        if good
        else sql.SQL("left({}, {})").format(sql.Literal(text), sql.Literal(_SHOWN))
        for (name, text), good in zip(texts.items(), valid, strict=True)
    )
    return dict(zip(texts, _row(connection, written), strict=True))


def _row(connection: Connection, expressions: sql.Composed) -> tuple[Any, ...]:
    return connection.execute(sql.SQL("SELECT {}").format(expressions)).fetchone() or ()
