"""What is fetched ahead arrives as it was, with the error it ended with; nothing is fetched that nobody wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from upstate.agent.sources.ahead import fetched_ahead


def batches(count: int, taken: list[int]) -> Iterator[pa.RecordBatch]:
    for number in range(count):
        taken.append(number)
        yield pa.RecordBatch.from_pydict({"n": [number]})


def fetching() -> bool:
    return any(thread.name == "upstate-fetching" for thread in threading.enumerate())


def test_all_of_it_comes_in_order() -> None:
    with fetched_ahead(batches(50, [])) as ahead:
        assert [batch.column(0)[0].as_py() for batch in ahead] == list(range(50))
    assert not fetching()


def test_an_error_comes_where_the_next_batch_is_taken() -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(3, [])
        raise OSError("gone")

    with fetched_ahead(broken()) as ahead:
        assert [next(ahead).num_rows for _ in range(3)] == [1, 1, 1]
        with pytest.raises(OSError, match="gone"):
            next(ahead)
    assert not fetching()


def test_who_leaves_early_leaves_no_thread_and_little_that_was_fetched_in_vain() -> None:
    taken: list[int] = []
    with fetched_ahead(batches(1_000, taken)) as ahead:
        next(ahead)
    assert not fetching()
    assert len(taken) < 10
