"""What every source must do. A source passes by subclassing SourceContract and giving a `maker` fixture."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from tests.agent.cases import (
    DO_NOT_FIT,
    FIT,
    NATIVES,
    column_of,
    mapped,
    misfits,
    read_all,
    records,
    thing,
)
from tests.agent.selecting_contract import Maker, Row, SelectingContract

from upstate.agent.sources import open_source
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.errors import SourceError
from upstate.wire import arrow_schema, encode

_PEAK = """
import sys
from pathlib import Path
from upstate.agent.sources import open_source
from upstate.catalog import Column, SyncObject
columns = (Column("id", "bigint", True), Column("note", "text"), Column("day", "date"))
obj = SyncObject("Thing", "thing", ("id",), columns)
with open_source(sys.argv[1]).snapshot() as snapshot:
    print(sum(batch.size for batch in snapshot.read(obj, None)))
# not getrusage: that begins with the peak of the process that started this one
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""

_BYTES = """
import hashlib, sys
from upstate.agent.sources import open_source
from upstate.catalog import Column, SyncObject
from upstate.wire import encode
kinds = ("text", "bigint", "double", "boolean", "date", "timestamp", "uuid")
columns = (Column("id", "bigint", True), *(Column(f"c{n}", kind) for n, kind in enumerate(kinds)))
obj = SyncObject("Thing", "thing", ("id",), columns)
with open_source(sys.argv[1]).snapshot() as snapshot:
    print([hashlib.sha256(encode(batch)).hexdigest() for batch in snapshot.read(obj, None)])
"""


class SourceContract(SelectingContract):
    """The suite; `maker` must give a fresh, empty database each time."""

    @pytest.mark.parametrize("kind", FIT)
    def test_texts_that_fit_their_column_arrive_as_what_they_say(self, maker: Maker, kind: ColumnType) -> None:
        obj = thing(column_of(kind))
        maker.texts(obj, [(str(n), text) for n, (text, _) in enumerate(FIT[kind])])
        batches = read_all(open_source(maker.url), obj)
        assert misfits(batches) == []
        assert [r["value"] for r in records(batches)] == [value for _, value in FIT[kind]]

    @pytest.mark.parametrize("kind", DO_NOT_FIT)
    def test_texts_that_do_not_fit_their_column_are_misfits_with_their_reason(
        self, maker: Maker, kind: ColumnType
    ) -> None:
        obj = thing(column_of(kind))
        maker.texts(obj, [(str(n), text) for n, (text, _) in enumerate(DO_NOT_FIT[kind])])
        batches = read_all(open_source(maker.url), obj)
        assert misfits(batches) == [([str(n)], "value", reason) for n, (_, reason) in enumerate(DO_NOT_FIT[kind])]
        assert records(batches) == []

    @pytest.mark.parametrize("kind", NATIVES)
    def test_values_of_the_databases_own_types_arrive_exactly(self, maker: Maker, kind: ColumnType) -> None:
        obj = thing(column_of(kind))
        maker.natives(obj, [(n, value) for n, value in enumerate([*NATIVES[kind], None])])
        batches = read_all(open_source(maker.url), obj)
        assert misfits(batches) == []
        expected = [v.bytes if isinstance(v, UUID) else v for v in NATIVES[kind]]
        assert [r["value"] for r in records(batches)] == [*expected, None]

    def test_one_bad_value_stops_neither_its_batch_nor_the_object(self, maker: Maker) -> None:
        obj = thing(Column("day", "date"), Column("count", "integer"))
        rows = [[str(n), "2024-01-31", "7"] for n in range(1000)]
        rows[400] = ["400", "never", "many"]
        rows[700] = ["700", "2024-01-31", "7.5"]
        maker.texts(obj, rows)
        batches = read_all(open_source(maker.url), obj)
        assert sum(batch.size for batch in batches) == 1000
        assert {r["id"] for r in records(batches)} == set(range(1000)) - {400, 700}
        assert misfits(batches) == [
            (["400"], "day", "not_a_date"),
            (["400"], "count", "not_an_integer"),
            (["700"], "count", "not_an_integer"),
        ]
        assert batches[0].misfits.column("record").to_pylist() == [400, 400, 700]

    def test_a_key_that_cannot_be_read_is_null_in_the_misfits_key(self, maker: Maker) -> None:
        columns = (Column("id", "integer", True), Column("day", "date", True), Column("value", "integer"))
        obj = SyncObject("Thing", "thing", ("day", "id"), columns)
        maker.texts(obj, [("one", "2024-01-31", "1"), ("2", None, "x")])
        assert misfits(read_all(open_source(maker.url), obj)) == [
            (["2024-01-31", None], "id", "not_an_integer"),
            ([None, "2"], "value", "not_an_integer"),
        ]

    def test_an_empty_text_beside_a_null_stay_apart(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.texts(obj, [("1", ""), ("2", None)])
        assert [r["value"] for r in records(read_all(open_source(maker.url), obj))] == ["", None]

    def test_a_key_that_appears_twice_is_read_twice(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.texts(obj, [("1", "a"), ("1", "b")])
        assert [r["id"] for r in records(read_all(open_source(maker.url), obj))] == [1, 1]

    def test_a_text_of_ten_megabytes_arrives_whole(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.texts(obj, [(str(n), chr(97 + n) * 10_000_000) for n in range(4)])
        batches = read_all(open_source(maker.url), obj)
        assert [r["value"] == chr(97 + n) * 10_000_000 for n, r in enumerate(records(batches))] == [True] * 4
        assert len(batches) > 1  # bounded by bytes too

    def test_a_decimal_of_38_digits_arrives_exactly(self, maker: Maker) -> None:
        obj = thing(Column("value", "decimal", precision=38, scale=12))
        most = Decimal("9" * 26 + "." + "9" * 12)
        maker.texts(obj, [("1", f"{most}"), ("2", f"-{most}"), ("3", "9" * 27), ("4", "0." + "1" * 13)])
        batches = read_all(open_source(maker.url), obj)
        assert [r["value"] for r in records(batches)] == [most, most.copy_negate()]
        assert [reason for *_, reason in misfits(batches)] == ["out_of_range", "too_many_digits"]

    def test_a_first_batch_of_nulls_says_nothing_about_the_values_after_it(self, maker: Maker) -> None:
        obj = thing(*(column_of(kind, kind) for kind in ("text", "double", "date", "uuid")))
        nulls: list[Row] = [(n, None, None, None, None) for n in range(66_000)]
        maker.natives(obj, [*nulls, (66_000, "x", 1.5, date(2024, 1, 31), UUID(int=7))])
        batches = read_all(open_source(maker.url), obj)
        assert misfits(batches) == []
        last = records(batches)[-1]
        assert last == {"id": 66_000, "text": "x", "double": 1.5, "date": date(2024, 1, 31), "uuid": UUID(int=7).bytes}

    def test_batches_are_bounded_and_the_same_data_give_the_same_bytes_again(self, maker: Maker) -> None:
        obj = thing(Column("note", "text"), Column("amount", "decimal", precision=10, scale=2))
        maker.natives(obj, [(n, None if n % 3 else f"note {n}", Decimal(n) / 100) for n in range(150_000)])
        first = read_all(open_source(maker.url), obj)
        assert sum(batch.size for batch in first) == 150_000
        assert all(0 < batch.size <= 65_536 for batch in first)
        assert all(batch.records.schema.equals(arrow_schema(obj)) for batch in first)
        again = read_all(open_source(maker.url), obj)
        assert [encode(batch) for batch in again] == [encode(batch) for batch in first]

    def test_what_the_memory_held_before_reaches_no_batch(self, maker: Maker) -> None:
        """A receipt compares bytes: one bit of chance, and a resumed round sends again what the hub holds."""
        kinds: tuple[ColumnType, ...] = ("text", "bigint", "double", "boolean", "date", "timestamp", "uuid")
        obj = thing(*(column_of(kind, f"c{n}") for n, kind in enumerate(kinds)))
        values = [NATIVES[kind] for kind in kinds]
        maker.natives(
            obj,
            [(n, *(None if (n + k) % 3 == 0 else v[n % len(v)] for k, v in enumerate(values))) for n in range(3_003)],
        )
        found = set()
        for fill in ("1", "90", "165"):  # with which the C library fills what it hands out
            environment = {**os.environ, "MALLOC_PERTURB_": fill, "ARROW_DEFAULT_MEMORY_POOL": "system"}
            command = [sys.executable, "-c", _BYTES, maker.url]
            ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            found.add(ran.stdout)
        assert len(found) == 1
        assert len(found.pop()) > 64

    def test_an_empty_table_gives_no_batch(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.natives(obj, [])
        assert read_all(open_source(maker.url), obj) == []

    def test_a_year_is_its_records_and_those_whose_year_is_none(self, maker: Maker) -> None:
        obj = thing(Column("end_year", "integer"), school_year="end_year")
        years = ["2023", "2024", None, "soon", "2024.5", "", "20240", "2024.0", "2023.0"]
        maker.texts(obj, [(str(n), year) for n, year in enumerate(years)])
        batches = read_all(open_source(maker.url), obj, 2024)
        assert [r["id"] for r in records(batches)] == [1, 2, 7]
        assert [key for key, _, _ in misfits(batches)] == [["3"], ["4"], ["5"]]
        assert sum(b.size for b in read_all(open_source(maker.url), obj)) == len(years)

    def test_a_year_kept_as_a_number_is_found_too(self, maker: Maker) -> None:
        obj = thing(Column("end_year", "integer"), school_year="end_year")
        maker.natives(obj, [(1, 2023), (2, 2024), (3, None)])
        assert [r["id"] for r in records(read_all(open_source(maker.url), obj, 2024))] == [2, 3]

    def test_a_snapshot_does_not_see_what_is_written_while_it_reads(self, maker: Maker) -> None:
        obj, other = thing(Column("value", "text")), thing(Column("value", "text"), name="Other")
        maker.natives(obj, [(n, "old") for n in range(100_000)])
        maker.natives(other, [(1, "old")])
        with open_source(maker.url).snapshot() as snapshot:
            reading = snapshot.read(obj, None)
            first = next(reading)
            maker.change("INSERT INTO thing VALUES (200000, 'new')")
            maker.change("UPDATE thing SET value = 'new' WHERE id > 90000")
            maker.change("DELETE FROM thing WHERE id > 99000")
            maker.change("UPDATE other SET value = 'new'")
            seen = records([first, *reading])
            assert records(list(snapshot.read(other, None))) == [{"id": 1, "value": "old"}]
        assert len(seen) == 100_000
        assert {r["value"] for r in seen} == {"old"}
        after = records(read_all(open_source(maker.url), obj))
        assert (len(after), sum(r["value"] == "new" for r in after)) == (99_001, 9_000)

    def test_a_reading_that_is_given_up_leaves_the_snapshot_to_others(self, maker: Maker) -> None:
        obj, other = thing(Column("value", "text")), thing(Column("value", "text"), name="Other")
        maker.natives(obj, [(n, "x" * 50) for n in range(200_000)])
        maker.natives(other, [(1, "a")])
        with open_source(maker.url).snapshot() as snapshot:
            with closing(snapshot.read(obj, None)) as reading:  # type: ignore[type-var]
                next(reading)
            assert records(list(snapshot.read(other, None))) == [{"id": 1, "value": "a"}]

    def test_an_object_that_cannot_be_read_leaves_the_snapshot_to_others(self, maker: Maker) -> None:
        gone, other = thing(Column("value", "text")), thing(Column("value", "text"), name="Other")
        maker.natives(other, [(1, "a")])
        with open_source(maker.url).snapshot() as snapshot:
            with pytest.raises(SourceError, match=r"^Thing cannot be read from .*thing[^\n]*$"):
                list(snapshot.read(gone, None))
            assert records(list(snapshot.read(other, None))) == [{"id": 1, "value": "a"}]

    @pytest.mark.slow
    def test_memory_stays_flat_whatever_the_size_of_an_object(self, maker: Maker) -> None:
        peaks = []
        for name, count in (("small", 200_000), ("large", 800_000)):
            obj = thing(Column("note", "text"), Column("day", "date"), name=name)
            maker.natives(obj, [(n, f"a note about {n}", date(2024, 1, 31)) for n in range(count)])
            maker.change(f"ALTER TABLE {name} RENAME TO thing")
            ran = subprocess.run([sys.executable, "-c", _PEAK, maker.url], capture_output=True, text=True, check=True)
            read, peak = map(int, ran.stdout.split())
            assert read == count
            peaks.append(peak)
            maker.change("DROP TABLE thing")
        assert peaks[1] < peaks[0] + 30  # MB

    def test_a_table_that_is_not_there_is_named_with_those_like_it(self, maker: Maker) -> None:
        maker.natives(thing(name="Rosters"), [])
        source = open_source(maker.url)
        with pytest.raises(SourceError) as caught:
            source.check([thing(name="Roster"), thing(name="Zebra")])
        assert caught.value.message == (
            'The district\'s database has no table "roster" for Roster. Tables like it: rosters. '
            "Map it in the mapping file or leave Roster out. Tables of 1 more objects are missing: Zebra."
        )

    def test_a_column_that_is_not_there_is_named_with_those_like_it(self, maker: Maker) -> None:
        maker.natives(thing(Column("start_day", "date")), [])
        with pytest.raises(SourceError) as caught:
            open_source(maker.url).check([thing(Column("start_date", "date"), Column("q", "text"))])
        assert caught.value.message == (
            'The table "thing" has no column "start_date" for Thing. Columns like it: start_day. '
            "Map it in the mapping file or leave Thing out. Missing too: q."
        )

    def test_mapped_sql_that_is_wrong_is_found_before_anything_is_read(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.natives(obj, [])
        source = open_source(maker.url, mapped(obj, "[Thing.columns]\nvalue = { sql = 'no_such_thing' }"))
        with pytest.raises(SourceError, match=r"^Thing cannot be read from [^\n]*no_such_thing[^\n]*$"):
            source.check([obj])

    def test_a_mapping_finds_other_tables_columns_expressions_and_selects(self, maker: Maker) -> None:
        obj = thing(Column("name", "text"), Column("loud", "text"), Column("none", "text"))
        maker.natives(thing(Column("label", "text"), name="Items"), [(1, "one"), (2, "two")])
        columns = "[Thing.columns]\nname = 'label'\nloud = { sql = 'upper(label) -- shout' }\nnone = { absent = true }"
        wanted = [
            {"id": 1, "name": "one", "loud": "ONE", "none": None},
            {"id": 2, "name": "two", "loud": "TWO", "none": None},
        ]
        table = open_source(maker.url, mapped(obj, f"[Thing]\ntable = 'items'\n{columns}"))
        table.check([obj])
        assert records(read_all(table, obj)) == wanted
        select = "select = '''SELECT id, label FROM items WHERE id > 1 -- late ones\n;'''"
        chosen = open_source(maker.url, mapped(obj, f"[Thing]\n{select}\n{columns}"))
        chosen.check([obj])
        assert records(read_all(chosen, obj)) == wanted[1:]

    def test_an_object_the_district_does_not_have_gives_nothing_and_needs_no_table(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.natives(thing(name="Other"), [])
        source = open_source(maker.url, mapped(obj, "[Thing]\nabsent = true"))
        source.check([obj])
        assert read_all(source, obj) == []

    def test_the_mapping_may_say_how_numbers_tell_a_moment(self, maker: Maker) -> None:
        names = ("julian", "unix", "unix_ms")
        obj = thing(*(Column(f"{n}_day", "date") for n in names), *(Column(f"{n}_at", "timestamptz") for n in names))
        stored = "\n".join(f"{n}_{e} = {{ column = '{n}', stored = '{n}' }}" for n in names for e in ("day", "at"))
        kept = thing(Column("julian", "double"), Column("unix", "bigint"), Column("unix_ms", "bigint"))
        maker.natives(kept, [(1, 2460340.5, 1706659200, 1706659200000), (2, 2460341.0, 1706659201, 1706659200001)])
        source = open_source(maker.url, mapped(obj, f"[Thing.columns]\n{stored}"))
        source.check([obj])
        batches = read_all(source, obj)
        midnight = datetime(2024, 1, 31, tzinfo=UTC)
        assert records(batches) == [
            {"id": 1, **{f"{n}_day": midnight.date() for n in names}, **{f"{n}_at": midnight for n in names}}
        ]
        assert misfits(batches) == [(["2"], f"{n}_day", "not_a_date") for n in names]
