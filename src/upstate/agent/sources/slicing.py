"""Cut a stream of raw batches anew: few enough records and bytes each for memory and wire, many enough to be fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

MOST_RECORDS = 65_536
MOST_BYTES = 16 << 20


def cut(
    batches: Iterable[pa.RecordBatch], records: int = MOST_RECORDS, size: int = MOST_BYTES
) -> Iterator[pa.RecordBatch]:
    """Batches of at most `records` records, none empty; small ones are joined as long as that and `size` bytes allow.

    Where the cuts fall depends on nothing but the batches, so the same stream is cut the same way again.
    """
    held: list[pa.RecordBatch] = []
    count = held_size = 0
    for batch in batches:
        for start in range(0, batch.num_rows, records):
            part = batch.slice(start, records)
            if held and (count + part.num_rows > records or held_size + part.nbytes > size):
                yield _whole(held)
                held, count, held_size = [], 0, 0
            held.append(part)
            count += part.num_rows
            held_size += part.nbytes
    if held:
        yield _whole(held)


def _whole(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    return parts[0] if len(parts) == 1 else pa.concat_batches(parts)
