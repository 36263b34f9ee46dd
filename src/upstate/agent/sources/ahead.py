"""Reading ahead: a thread fetches the next batches from a database while the ones before are worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from queue import Queue
from threading import Event, Thread
from typing import Final

import pyarrow as pa

_WAITING: Final = 1  # batches, besides the one that is worked on and the one that is fetched
_END: Final = object()


@contextmanager
def fetched_ahead(batches: Iterable[pa.RecordBatch]) -> Iterator[Iterator[pa.RecordBatch]]:
    """The same batches; within the block nobody else may ask what they come from.

    What fetching them raises is raised where they are taken. The block ends once nothing is fetched any more.
    """
    waiting: Queue[object] = Queue(_WAITING)
    ended = Event()

    def fetch() -> None:
        try:
            for batch in batches:
                waiting.put(batch)
                if ended.is_set():
                    return
            waiting.put(_END)
        except BaseException as error:  # noqa: BLE001  # it belongs to the thread that takes them
            waiting.put(error)

    def taken() -> Generator[pa.RecordBatch, None, None]:
        while (batch := waiting.get()) is not _END:
            if isinstance(batch, BaseException):
                raise batch
            yield batch

    thread = Thread(target=fetch, name="upstate-fetching", daemon=True)
    thread.start()
    try:
        with closing(taken()) as batches_taken:
            yield batches_taken
    finally:
        ended.set()
        while thread.is_alive():  # it may wait for room
            while not waiting.empty():
                waiting.get_nowait()
            thread.join(0.01)
