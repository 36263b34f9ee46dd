"""Whatever arrives is a sound batch or is refused in a line; the memory that it costs is bounded, and comes back."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.hostile import bomb, hostile, other_schemas

from upstate.catalog import Column, SyncObject, catalog_files, parse_catalog, shipped_catalog
from upstate.errors import WireError
from upstate.wire import arrow_schema, decode, encode
from upstate.wire.arriving import MOST_UNPACKED, arrived

# the long form: UPSTATE_LONG=1 (make nobody-gets-in)
CASES = 10_000 if os.environ.get("UPSTATE_LONG") else 300
OBJECTS = parse_catalog(catalog_files(shipped_catalog("k12"))).objects
ENROLLMENT, SCHOOL = OBJECTS["Enrollment"], OBJECTS["School"]
TEXT = SyncObject(name="Text", table="text", key=("id",), columns=(Column("id", "text", required=True),))
MOST_SAID = 1_000
FLAT = 48 << 20  # bytes that may stay: Arrow's pool keeps what the largest batch took
ROWS: list[dict[str, object]] = [
    {f.name: f"text {n}" if str(f.type) == "string" else None for f in arrow_schema(ENROLLMENT)} for n in range(3)
]


def refused_or_sound(obj: SyncObject, payload: bytes, records: int) -> str:
    """The line of a refusal; "" where it is a batch, which then can be sent on as it is."""
    try:
        batch = arrived(obj, payload, records)
    except WireError as error:
        line = error.message
        return line if "\n" not in line and len(line) < MOST_SAID else f"no line: {line}"
    assert batch.records.schema.equals(arrow_schema(obj))
    assert decode(obj, encode(batch)).size == records
    return ""


@contextmanager
def flat_memory() -> Iterator[None]:
    """Fails where the process holds much more after the block than before."""
    process = psutil.Process()
    before = _held(process)
    yield
    grown = _held(process) - before
    print(f"grown by {grown / (1 << 20):.1f} MiB")
    assert grown < FLAT


def _held(process: psutil.Process) -> int:
    gc.collect()
    pa.default_memory_pool().release_unused()
    return int(process.memory_info().rss)


def test_hostile_bytes_are_refused_in_a_line_or_are_a_sound_batch() -> None:
    seen = {"refused": 0, "sound": 0}
    some: list[bytes] = []

    @settings(max_examples=CASES)
    @given(hostile(ENROLLMENT, ROWS))
    def each(payload: bytes) -> None:
        said = refused_or_sound(ENROLLMENT, payload, 3)
        assert not said.startswith("no line")
        seen["refused" if said else "sound"] += 1
        some.append(payload)

    each()
    print(seen)
    assert seen["refused"] > seen["sound"]
    with flat_memory():  # hypothesis itself remembers what it has tried; what we read leaves nothing behind
        for payload in some:
            refused_or_sound(ENROLLMENT, payload, 3)


@settings(max_examples=CASES // 4)
@given(other_schemas(ENROLLMENT), st.integers(0, 5))
def test_sound_arrow_of_another_schema_is_refused_whatever_its_types(payload: bytes, records: int) -> None:
    assert refused_or_sound(ENROLLMENT, payload, records) != ""


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_bomb_is_refused_by_what_it_claims_and_one_that_lies_by_what_comes_out(compression: str) -> None:
    honest = bomb(TEXT, compression, 150 << 20)
    liars = [bomb(TEXT, compression, 150 << 20, claims) for claims in (1, 4096, 1 << 20, MOST_UNPACKED - 4096)]
    assert len(honest) < 1 << 20
    with flat_memory():
        for _ in range(20):
            assert "would unpack to more than 128 MiB" in refused_or_sound(TEXT, honest, 1)
        for liar in liars * 3:
            assert "cannot be read as Arrow" in refused_or_sound(TEXT, liar, 1)
