"""What must change a digest does, and what is the same value in another spelling does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.rows import PUPIL, batch, pupil
from tests.wire.test_digest_faces import ROW, values_of

from upstate.agent.conform import TEXT, conform
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.errors import WireError
from upstate.wire.digests import SAMPLE, VERSION, compared, definition, digests, key_hashes, known_answers
from upstate.wire.digests.definition import seed


def one(row: dict[str, Any], obj: SyncObject = SAMPLE) -> int:
    return int(digests(obj, batch(obj, [row]))[0])


@given(ROW, st.sampled_from([c for c in SAMPLE.columns if c.type != "json"]), st.data())
@settings(deadline=None)
def test_another_value_in_any_column_is_another_digest(
    row: dict[str, Any], column: Column, data: st.DataObject
) -> None:
    other = data.draw(st.none() | values_of(column))
    same = row[column.name] == other or (row[column.name] != row[column.name] and other != other)  # two NaN
    assert (one(row) == one({**row, column.name: other})) is same


@given(ROW, st.integers(0, 127))
@settings(deadline=None)
def test_one_flipped_bit_of_a_key_is_another_digest_and_another_key_hash(row: dict[str, Any], bit: int) -> None:
    row = {**row, "a_uuid": known_answers()[0].values[0]}
    moved = {**row, "a_uuid": type(row["a_uuid"])(int=row["a_uuid"].int ^ (1 << bit))}
    both = batch(SAMPLE, [row, moved])
    assert len(set(digests(SAMPLE, both).tolist())) == 2
    assert len(set(key_hashes(SAMPLE, both).tolist())) == 2


def test_a_null_is_no_empty_string_and_no_zero() -> None:
    for kind, empty in (("text", ""), ("bytes", b""), ("integer", 0), ("double", 0.0), ("boolean", False)):
        obj = SyncObject("Edge", "edge", ("v",), (Column("v", kind),))  # type: ignore[arg-type]
        assert one({"v": None}, obj) != one({"v": empty}, obj)


def test_values_swapped_between_two_columns_are_another_digest() -> None:
    assert one({**pupil(1, "Ada", "Byron")}, PUPIL) != one({**pupil(1, "Byron", "Ada")}, PUPIL)
    assert one({**pupil(1, "Ada", None)}, PUPIL) != one({**pupil(1, None, "Ada")}, PUPIL)


def test_equal_values_in_two_columns_do_not_cancel() -> None:
    names = ["Ada", "Byron", "", "x" * 300]
    found = {one({**pupil(1, name, name)}, PUPIL) for name in names} | {one({**pupil(1, None, None)}, PUPIL)}
    assert len(found) == 5


def test_zeros_in_columns_of_doubles_do_not_add_up_to_another_column_s() -> None:
    obj = SyncObject("Edge", "edge", ("a",), tuple(Column(name, "double") for name in "abcd"))
    rows = [{name: 0.0 if bits >> place & 1 else None for place, name in enumerate("abcd")} for bits in range(16)]
    assert len(set(digests(obj, batch(obj, rows)).tolist())) == 16


def test_a_long_text_is_not_the_text_of_its_hash() -> None:
    from hashlib import sha256

    long = "x" * 1000
    assert one({**pupil(1, long)}, PUPIL) != one({**pupil(1, sha256(long.encode()).hexdigest())}, PUPIL)


def test_what_the_state_owns_is_not_in_the_digest_unless_it_is_the_key() -> None:
    plain = dict(pupil(1))
    assert one(plain, PUPIL) == one({**plain, "seen_at_state": "2024"}, PUPIL)
    keyed = replace(PUPIL, key=("id", "seen_at_state"))
    assert [c.name for c in compared(keyed)] == ["id", "given_name", "family_name", "seen_at_state"]
    assert one(plain, keyed) != one({**plain, "seen_at_state": "2024"}, keyed)


SPELLINGS: list[tuple[Column, list[str]]] = [
    (Column("v", "decimal", precision=6, scale=2), ["1.10", "1.1", "01.100", "+1.1", "11e-1"]),
    (Column("v", "decimal", precision=20, scale=4), ["0", "-0", "0.0000", "0e3"]),
    (Column("v", "boolean"), ["t", "true", "1", "TRUE", "1.0"]),
    (Column("v", "date"), ["2024-01-01", "2024-01-01 00:00:00", "2024-01-01T00:00:00.000"]),
    (Column("v", "timestamp"), ["2024-01-01", "2024-01-01 00:00:00", "2024-01-01T00:00:00.000000"]),
    (Column("v", "timestamptz"), ["2024-01-01 00:00:00Z", "2024-01-01 05:30:00+05:30", "2023-12-31 19:00:00-05"]),
    (Column("v", "time"), ["08:05", "08:05:00", "08:05:00.000"]),
    (Column("v", "integer"), ["3", "+3", "3.0", "3e0"]),
    (Column("v", "double"), ["0", "-0.0", "0e0"]),
    (Column("v", "uuid"), ["F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "{f81d4fae7dec11d0a76500a0c91e6bf6}"]),
    (Column("v", "json"), ['{"b":1,"a":[1]}', '{ "a" : [ 1 ], "b" : 1 }', '{"b":2,"a":[1],"b":1}']),
]


@pytest.mark.parametrize(("column", "spellings"), SPELLINGS, ids=lambda part: getattr(part, "type", None))
def test_one_value_has_one_digest_however_its_source_spells_it(column: Column, spellings: list[str]) -> None:
    obj = SyncObject("Edge", "edge", ("v",), (column,))
    raw = pa.RecordBatch.from_arrays([pa.array(spellings)], [TEXT + "v"])
    fitted = conform(obj, raw)
    assert fitted.records.num_rows == len(spellings)
    assert len(set(digests(obj, fitted.records).tolist())) == 1


def test_a_column_more_moves_no_other_column_s_seed_but_is_another_definition() -> None:
    wider = replace(PUPIL, columns=(Column("nickname", "text"), *PUPIL.columns))
    assert definition(wider) != definition(PUPIL)
    assert {seed("value", c.name) for c in compared(PUPIL)} < {seed("value", c.name) for c in compared(wider)}
    assert definition(replace(PUPIL, key=("given_name",))) != definition(PUPIL)
    longer = tuple(replace(c, length=20) for c in PUPIL.columns)
    assert definition(replace(PUPIL, columns=longer)) == definition(PUPIL)  # a wider column compares as before


def test_the_seeds_are_part_of_version_1() -> None:
    assert VERSION == 1
    assert seed("value", "guid") == 7914808012642761388
    kinds: list[Any] = [seed(p, "guid", f) for p in ("value", "key") for f in ("plain", "digested", "as written")]
    assert len(set(kinds)) == 6


def test_records_of_another_shape_have_no_digest() -> None:
    records = batch(PUPIL, [pupil(1)])
    kind: ColumnType = "bigint"
    with pytest.raises(WireError, match="Records without a column id of type int64 have no digest"):
        digests(replace(PUPIL, columns=(Column("id", kind),)), records)
    with pytest.raises(WireError, match="Records without a column nickname of type string"):
        digests(replace(PUPIL, columns=(*PUPIL.columns, Column("nickname", "text"))), records)
