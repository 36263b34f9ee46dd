"""Equal records as equal bytes: what lies behind an array's last bit is chance, and receipts compare bytes."""

from __future__ import annotations

import pyarrow as pa


def tidy(records: pa.RecordBatch) -> pa.RecordBatch:
    """The same records, with zeros behind the last bit of every bitmap.

    The drivers, and Arrow's own kernels, leave there whatever the memory held before; encoded, it would make a batch
    that was read twice look like two batches.
    """
    return pa.RecordBatch.from_arrays([_tidy(array) for array in records.columns], schema=records.schema)


def _tidy(array: pa.Array) -> pa.Array:
    end = array.offset + len(array)
    if end % 8 == 0:
        return array
    buffers = array.buffers()
    for place in (0, 1) if pa.types.is_boolean(array.type) else (0,):
        if buffers[place] is not None:
            bits = bytearray(memoryview(buffers[place])[: end // 8 + 1])
            bits[-1] &= (1 << end % 8) - 1
            buffers[place] = pa.py_buffer(bytes(bits))
    return pa.Array.from_buffers(array.type, len(array), buffers, array.null_count, array.offset)
