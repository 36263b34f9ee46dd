"""Files to put something aside in: lent to one at a time, used again, and small while nobody has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pytest

from upstate.agent.sources import scratch
from upstate.agent.sources.spool import Spool
from upstate.catalog import Column, SyncObject
from upstate.wire import Batch, arrow_schema, no_misfits

PUPIL = SyncObject("Pupil", "pupil", ("id",), (Column("id", "integer", required=True), Column("name", "text")))


@pytest.fixture(autouse=True)
def _none_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    idle: list[IO[bytes]] = []
    monkeypatch.setattr(scratch, "_idle", idle)
    yield
    for file in idle:
        file.close()


def batch(*names: str) -> Batch:
    columns = [pa.array(range(len(names)), pa.int32()), pa.array(names, pa.string())]
    return Batch(pa.RecordBatch.from_arrays(columns, schema=arrow_schema(PUPIL)), no_misfits())


def names_in(spool: Spool) -> list[str]:
    return [name for number in range(len(spool)) for name in spool.records(number).column("name").to_pylist()]


def test_two_at_once_have_different_files_and_the_next_gets_one_that_is_done_with() -> None:
    first, second = scratch.borrow(), scratch.borrow()
    assert first is not second
    scratch.give_back(first)
    assert scratch.borrow() is first
    for file in (first, second):
        scratch.give_back(file)


def test_no_more_is_kept_than_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MOST_BYTES", 100)
    files = [scratch.borrow() for _ in range(3)]
    for file in files:
        file.write(b"x" * 1000)
        scratch.give_back(file)
    assert [file.closed for file in files] == [False, False, True]
    assert [file.seek(0, 2) for file in files[:2]] == [100, 100]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_file_on_a_full_disk_is_let_go_without_a_word() -> None:
    file = Path("/dev/full").open("r+b")  # noqa: SIM115 - it is given away
    file.write(b"x")
    scratch.give_back(file)
    assert file.closed
    assert scratch._idle == []


def test_what_was_in_a_file_before_is_not_seen() -> None:
    long, short = Spool(PUPIL), Spool(PUPIL)
    long.fill([batch(*(f"a name of some length {n}" for n in range(500)))])
    short.fill([batch("Ada"), batch("Bo")])
    assert names_in(short) == ["Ada", "Bo"]
    del long  # its file is the next one's
    after = Spool(PUPIL)
    after.fill([batch("Cy")])
    short.fill([batch("Di")])
    after.fill([batch("Ed", "Flo")])
    assert names_in(after) == ["Cy", "Ed", "Flo"]
    assert names_in(short) == ["Ada", "Bo", "Di"]
    assert after.hashes(1)[0].size == 2
