"""Cutting a stream anew keeps every record in its order, within both bounds."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from upstate.agent.sources.slicing import cut


@given(sizes=st.lists(st.integers(0, 25)), records=st.integers(1, 30), size=st.integers(1, 400))
def test_every_record_comes_once_in_order_and_no_batch_exceeds_its_bounds(
    sizes: list[int], records: int, size: int
) -> None:
    start, batches = 0, []
    for count in sizes:
        batches.append(pa.RecordBatch.from_arrays([pa.array(range(start, start + count), pa.int64())], ["n"]))
        start += count
    parts = list(cut(batches, records, size))
    assert [n for part in parts for n in part.column("n").to_pylist()] == list(range(start))
    assert all(0 < part.num_rows <= records for part in parts)
    # only a single batch of the stream may be larger than the bytes allow
    assert all(part.nbytes <= size or part.num_rows <= max(sizes) for part in parts)
