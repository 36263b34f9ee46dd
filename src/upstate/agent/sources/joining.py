"""Join what is left of many batches to few: as many records and bytes each as travel well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from upstate.agent.conform.tidying import tidy
from upstate.agent.sources.slicing import MOST_BYTES, MOST_RECORDS
from upstate.wire import MISFITS, Batch


def joined(batches: Iterable[Batch], records: int = MOST_RECORDS, size: int = MOST_BYTES) -> Iterator[Batch]:
    """The same records and misfits in the same order, in batches none of which could be joined to the next.

    Equal batches are joined to equal bytes.
    """
    held: list[Batch] = []
    count = held_size = 0
    for batch in batches:
        length = batch.records.nbytes + batch.misfits.nbytes
        if held and (count + batch.size > records or held_size + length > size):
            yield _whole(held)
            held, count, held_size = [], 0, 0
        held.append(batch)
        count += batch.size
        held_size += length
    if held:
        yield _whole(held)


def _whole(parts: list[Batch]) -> Batch:
    records = tidy(pa.concat_batches([part.records for part in parts]))
    misfits: list[dict[str, Any]] = []
    numbers: dict[tuple[int, int], int] = {}  # they only tell one record from another
    for place, part in enumerate(parts):
        for misfit in part.misfits.to_pylist():
            number = numbers.setdefault((place, misfit["record"]), len(numbers))
            misfits.append({**misfit, "record": number})
    return Batch(records, pa.RecordBatch.from_pylist(misfits, schema=MISFITS))
