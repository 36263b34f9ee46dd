"""Keys with their digests: which records are on one side only, which differ, which share a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.catalog import Column, SyncObject
from upstate.errors import WireError
from upstate.wire.digests.columns import digests, key_hashes
from upstate.wire.digests.definition import definition
from upstate.wire.digests.sums import Sums
from upstate.wire.schema import arrow_type

DIGEST = ":digest"  # no column of a catalog can be called so
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")
_SIDE = ":state"
_PLACE = ":place"


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The records of some buckets of one side: `table` has the key's columns and DIGEST, a row each record."""

    definition: bytes
    table: pa.Table

    def to_bytes(self) -> bytes:
        """A form for the wire: a digest and a key each record."""
        table = self.table.replace_schema_metadata({b"definition": self.definition})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
            writer.write_table(table)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Keys, each in one table: on one side only, on both but different, or more than once on a side.

    `unequal` says the same of each of the district's pairs, by its place: that the state does not hold it just so.
    """

    only_district: pa.Table
    only_state: pa.Table
    different: pa.Table
    duplicates: pa.Table
    unequal: NDArray[np.bool_]

    @property
    def equal(self) -> bool:
        """Whether there is no difference at all."""
        return not any(t.num_rows for t in (self.only_district, self.only_state, self.different, self.duplicates))


def pairs_schema(obj: SyncObject) -> pa.Schema:
    """The schema of `Pairs.table`."""
    keys = [pa.field(column.name, arrow_type(column)) for column in obj.key_columns]
    return pa.schema([*keys, pa.field(DIGEST, pa.int64())])


def pairs_of(
    obj: SyncObject,
    batches: Iterable[pa.RecordBatch],
    buckets: int = 1,
    wanted: NDArray[np.int64] | Sequence[int] = (0,),
) -> Pairs:
    """The pairs of these records, or of those that are in the wanted ones of so many buckets."""
    schema = pairs_schema(obj)
    inside = np.zeros(buckets, np.bool_)
    inside[np.asarray(wanted, np.int64)] = True
    found = []
    for batch in batches:
        chosen = batch.filter(pa.array(inside[key_hashes(obj, batch) & (buckets - 1)]))
        keys = [chosen.column(column.name) for column in obj.key_columns]
        found.append(pa.RecordBatch.from_arrays([*keys, pa.array(digests(obj, chosen))], schema=schema))
    return Pairs(definition(obj), pa.Table.from_batches(found, schema))


def pairs_from_rows(obj: SyncObject, rows: Iterable[Sequence[Any]]) -> Pairs:
    """The pairs in rows that a driver gave: the key's values, then the digest."""
    schema = pairs_schema(obj)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    keys = [_key_array(column, held) for column, held in zip(obj.key_columns, columns[:-1], strict=True)]
    return Pairs(definition(obj), pa.Table.from_arrays([*keys, pa.array(columns[-1], pa.int64())], schema=schema))


def pairs_from_table(obj: SyncObject, table: pa.Table) -> Pairs:
    """The pairs in a table of keys, as `arrow_schema(obj)` has them, and digests under the name DIGEST."""
    if not table.schema.equals(pairs_schema(obj)):
        raise WireError(f"Pairs of {obj.name} do not have the key's columns and a digest.")
    return Pairs(definition(obj), table)


def pairs_from_bytes(obj: SyncObject, data: bytes) -> Pairs:
    """What `to_bytes` made; WireError where it is broken, or of another definition of the object."""
    try:
        with pa.ipc.open_stream(data) as stream:
            table = stream.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"Pairs of {obj.name} cannot be read: {error}.") from error
    if (table.schema.metadata or {}).get(b"definition") != definition(obj):
        raise WireError(f"Pairs of {obj.name} were made by another catalog; update the agent's catalog.")
    return pairs_from_table(obj, table.replace_schema_metadata())


def confirm(sums: Sums, wanted: NDArray[np.int64], pairs: Pairs) -> None:
    """WireError unless these are all the pairs of the wanted buckets, as they were when the sums were taken."""
    held = pairs.table.column(DIGEST).to_numpy()
    said = [int(numbers[wanted].sum()) for numbers in (sums.records, sums.uppers, sums.lowers)]
    if said != [len(held), int((held >> 32).sum()), int(((held << 32) >> 32).sum())]:
        raise WireError("The records changed, or were cut short, between two looks at them. Compare again.")


def compare_pairs(district: Pairs, state: Pairs) -> Differences:
    """Which keys are on one side only, which have different digests, and which are there more than once.

    A key that a side holds twice is in `duplicates` and in no other table. A null in a key equals a null.
    """
    if district.definition != state.definition:
        raise WireError("Pairs made by different catalogs cannot be compared; update the agent's catalog.")
    keys = [name for name in district.table.column_names if name != DIGEST]
    places = np.arange(district.table.num_rows)
    nowhere = np.full(state.table.num_rows, -1, np.int64)
    both = pa.concat_tables([_sided(district.table, places), _sided(state.table, nowhere, at_state=1)])
    grouped = both.group_by(keys, use_threads=False).aggregate(
        [([], "count_all"), (_SIDE, "sum"), (_PLACE, "max"), (DIGEST, "min"), (DIGEST, "max")]
    )
    states = grouped.column(f"{_SIDE}_sum")
    districts = pc.subtract(grouped.column("count_all"), states)
    once = pc.and_(pc.less_equal(districts, 1), pc.less_equal(states, 1))
    unlike = pc.not_equal(grouped.column(f"{DIGEST}_min"), grouped.column(f"{DIGEST}_max"))
    alike = pc.and_(pc.and_(once, pc.equal(grouped.column("count_all"), 2)), pc.invert(unlike))
    unequal = np.ones(len(places), np.bool_)
    unequal[grouped.column(f"{_PLACE}_max").filter(alike).to_numpy()] = False

    def those(condition: pa.ChunkedArray) -> pa.Table:
        return grouped.filter(condition).select(keys)

    return Differences(
        only_district=those(pc.and_(once, pc.equal(states, 0))),
        only_state=those(pc.and_(once, pc.equal(districts, 0))),
        different=those(pc.and_(once, unlike)),
        duplicates=those(pc.invert(once)),
        unequal=unequal,
    )


def _sided(table: pa.Table, places: NDArray[np.int64], at_state: int = 0) -> pa.Table:
    side = pa.repeat(pa.scalar(at_state, pa.int64()), table.num_rows)
    return table.append_column(_SIDE, side).append_column(_PLACE, pa.array(places, pa.int64()))


def _key_array(column: Column, values: Sequence[Any]) -> pa.Array:
    if column.type == "uuid":
        values = [value.bytes if isinstance(value, UUID) else value for value in values]
    return pa.array(values, arrow_type(column))
