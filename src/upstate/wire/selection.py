"""Records told by key as text: which an order is limited to, which of them the district does not have, and which the
hub rejected before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from upstate.errors import WireError
from upstate.wire.batch import encode_keys

Texts = tuple[str | None, ...]

_ABOUT = b"upstate"
_ID = "id"


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some records of `object`, for the orders of a resync whose objects are `objects`, parents first.

    `wanted` has a column of texts for each part of the key, as `spell` writes them; where `by_id` it has one column,
    the district's own ids. `parents`: with what those records need; `dependents`: with what hangs on them. An order of
    another object takes of its own what that comes to.
    """

    object: str
    wanted: pa.Table
    school_year: int
    objects: tuple[str, ...] = ()
    by_id: bool = False
    parents: bool = False
    dependents: bool = False


def encode_selection(selection: Selection) -> bytes:
    """One Arrow IPC stream of the wanted keys or ids; what else there is to say stands in its schema."""
    about = {
        "object": selection.object,
        "school_year": selection.school_year,
        "objects": selection.objects,
        "by_id": selection.by_id,
        "parents": selection.parents,
        "dependents": selection.dependents,
    }
    return encode_keys(selection.wanted.replace_schema_metadata({_ABOUT: json.dumps(about).encode()}))


def decode_selection(payload: bytes) -> Selection:
    """The selection in these bytes; WireError where they are none."""
    try:
        wanted = _texts(payload)
        about = json.loads((wanted.schema.metadata or {})[_ABOUT])
        about["objects"] = tuple(about["objects"])
        return Selection(wanted=wanted.replace_schema_metadata(None), **about)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise WireError(f"A selection cannot be read: {error}. Use the same version of agent and hub.") from error


def encode_lacking(lacking: pa.Table) -> bytes:
    """The keys (or, in one column named id, the ids) that were wanted and that the district does not have."""
    return encode_keys(lacking)


def decode_lacking(payload: bytes) -> pa.Table:
    """The table of texts that `encode_lacking` was given; WireError where it is none."""
    try:
        return _texts(payload)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"What a district lacks cannot be read: {error}.") from error


def encode_rejected(rejected: pa.Table) -> bytes:
    """The keys of what is rejected, a column of texts for each part."""
    return encode_keys(rejected)


def decode_rejected(key: Sequence[str], payload: bytes) -> pa.Table:
    """The table of texts that `encode_rejected` was given, for an object of this key; WireError where it is none."""
    try:
        rejected = _texts(payload)
        if rejected.column_names != list(key):
            raise ValueError("it is of another key")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"What was rejected before cannot be read: {error}.") from error
    return rejected


def table_of_keys(key: Sequence[str], keys: Iterable[Texts]) -> pa.Table:
    """Keys as texts, a column for each part."""
    rows = list(keys)
    columns = [pa.array([row[place] for row in rows], pa.string()) for place, _ in enumerate(key)]
    return pa.Table.from_arrays(columns, names=list(key))


def table_of_ids(ids: Iterable[str]) -> pa.Table:
    """A district's own ids, as one column."""
    return pa.table({_ID: pa.array(ids, pa.string())})


def _texts(payload: bytes) -> pa.Table:
    with pa.ipc.open_stream(pa.BufferReader(payload)) as stream:
        table = stream.read_all()
    table.validate(full=True)
    if not table.num_columns or any(field.type != pa.string() for field in table.schema):
        raise ValueError("it is no table of texts")
    return table
