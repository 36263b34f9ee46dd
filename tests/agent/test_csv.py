"""What is CSV's alone: quoting, marks at the beginning of a file, files that are wrong, files that change."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import mapped, misfits, read_all, records, thing
from tests.agent.csv_maker import CsvMaker

from upstate.agent.sources import open_source
from upstate.agent.sources.csv_reading import CsvFaultError, read_header, read_records
from upstate.catalog import Column
from upstate.errors import LostSourceError, SourceError

OBJ = thing(Column("value", "text"), Column("day", "date"))


@pytest.fixture
def maker(tmp_path: Path) -> CsvMaker:
    return CsvMaker(tmp_path / "district")


def values(maker: CsvMaker, data: bytes) -> list[str | None]:
    maker.put({"thing": data})
    batches = read_all(open_source(maker.url), OBJ)
    assert misfits(batches) == []
    return [record["value"] for record in records(batches)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"id,value,day\n1,a,\n2,,\n3,\"\",\n", ["a", None, ""]),
        (b"\xef\xbb\xbfid,value,day\r\n1,a,2024-01-31\r\n", ["a"]),
        (b'\xef\xbb\xbf"id","value","day"\r\n"1","a","2024-01-31"', ["a"]),
        (b"id, value ,day\r1,a,\r2,b,\r", ["a", "b"]),
        (b'id,value,day\n1,"a ""b"", c\r\nd",\n\n2, e ,\n', ['a "b", c\r\nd', " e "]),
        (b"day,ID,other,Value\n,1,x,a\n", ["a"]),
        (b"id,value,day\n", []),
        (b"id,value,day", []),
        (b"id,value,day\n\n\r\n", []),
        ("id,value,day\n1,Zoë 漢 😀,\n2,NULL,\n3,null,\n".encode(), ["Zoë 漢 😀", "NULL", "null"]),
        (b'id,value,day\n1,"""",\n2,"""""",\n', ['"', '""']),
    ],
)  # fmt: skip
def test_a_file_is_read_as_rfc_4180_has_it(maker: CsvMaker, data: bytes, expected: list[str | None]) -> None:
    assert values(maker, data) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: it has no header."),
        (b"\nid,value,day\n", "line 1: it has no header."),
        (b"id,,day\n", "line 1: column 2 has no name in the header."),
        (b"id,value,ID\n", "line 1: the header names the column ID twice."),
        ("id,valüe,day\n".encode("latin-1"), "line 1: the header is not UTF-8."),
        ("id,value,day\n".encode("utf-16"), "line 1: it is UTF-16."),
        (b"id,value,day\n1,a,\n2,b\n", "line 3: 2 fields where the header has 3."),
        (b"id,value,day\n1,a,\n2,secret, b,\n", "line 3: 4 fields where the header has 3."),
        (b'id,value,day\n1,"a\nb",\n\n2,"c\nd"\n', "line 5: 2 fields where the header has 3."),
        (b'id,value,day\n1,a,\n2,"secret,\n3,c,\n', "line 3: a quotation mark that opens here is never closed."),
        (b'id,value,day\n1,a,\n2,the "secret",\n', "line 3: a quotation mark stands where none may."),
        (b'id,value,day\n1,"a\nb",\n2,"se"cret,\n', "line 4: a quotation mark stands where none may."),
        (b'id,"value,day\n1,a,\n', "line 1: "),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_line_and_without_its_values(
    maker: CsvMaker, data: bytes, said: str
) -> None:
    other = thing(name="Other")
    maker.put({"thing": data, "other": b"id\n7\n"})
    with open_source(maker.url).snapshot() as snapshot:
        with pytest.raises(SourceError) as caught:
            list(snapshot.read(OBJ, None))
        assert caught.value.message.startswith(f"Thing cannot be read: {maker.path / 'thing.csv'}, {said}")
        assert "\n" not in caught.value.message
        assert "secret" not in caught.value.message
        assert records(list(snapshot.read(other, None))) == [{"id": 7}]  # the others are read all the same


def test_a_select_over_a_file_that_is_wrong_says_what_is_wrong_with_it(maker: CsvMaker) -> None:
    maker.put({"items": b"id\n1,2\n"})
    source = open_source(maker.url, mapped(thing(), "[Thing]\nselect = 'SELECT id FROM items'"))
    with pytest.raises(SourceError, match=r"^Thing cannot be read .*items\.csv, line 2: 2 fields [^\n]*$"):
        read_all(source, thing())


def test_bytes_that_are_no_utf8_and_nul_characters_are_misfits_of_their_own_records(maker: CsvMaker) -> None:
    maker.put({"thing": b"id,value,day\n1,Zo\xeb,\n2,a\x00b,\n3,ok,\n"})
    batches = read_all(open_source(maker.url), OBJ)
    assert misfits(batches) == [(["1"], "value", "not_utf8"), (["2"], "value", "nul_character")]
    assert [record["id"] for record in records(batches)] == [3]


_fields = st.one_of(
    st.none(), st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=9)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_fields, _fields), max_size=20), end=st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_written_is_read(maker: CsvMaker, rows: list[tuple[str | None, str | None]], end: str) -> None:
    def said(value: str | None) -> str:
        return "" if value is None else '"' + value.replace('"', '""') + '"'

    data = "".join(f"{line}{end}" for line in ("a,b", *(",".join(map(said, row)) for row in rows))).encode()
    read = [tuple(r.values()) for batch in read_records(lambda: io.BytesIO(data)) for r in batch.to_pylist()]
    assert read == list(rows)


@settings(max_examples=200, deadline=None)
@given(st.text('ab,"\n', max_size=30))
def test_a_file_is_read_as_pythons_strict_reader_reads_it_or_is_refused(text: str) -> None:
    data = b"x,y\n" + text.encode()
    try:
        strict = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        strict = [["?"]]
    try:
        read = [list(r.values()) for batch in read_records(lambda: io.BytesIO(data)) for r in batch.to_pylist()]
    except CsvFaultError:
        # A quote inside a field without quotes is what Python alone lets pass.
        assert any(len(row) != 2 for row in strict) or '"' in text
        return
    assert [[value or "" for value in row] for row in read] == strict


def test_faults_are_found_wherever_the_reading_is_cut() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1 if self.tell() > 1 << 20 else size)

    head = b"a,b\n" + b'"x","y"\n' * 131_072  # one read of the header, then byte by byte
    for bad in (b'"x"z,1\n', b'x"z,1\n', b'"x""z,1\n'):
        with pytest.raises(CsvFaultError, match=r"^line 131074: a quotation mark"):
            list(read_records(lambda bad=bad: Slow(head + bad)))  # type: ignore[misc]
    assert sum(b.num_rows for b in read_records(lambda: Slow(head + b'"x""z",""\n'))) == 131_073
    assert read_header(lambda: io.BytesIO(head)) == ("a", "b")


def test_a_file_written_to_while_it_is_read_is_not_half_read(maker: CsvMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    maker.put({"thing": b"id,value,day\n1,a,\n"})
    from upstate.agent.sources import csv_store

    def and_written(opened, block):  # type: ignore[no-untyped-def]
        yield from read_records(opened, block)
        with (maker.path / "thing.csv").open("ab") as file:
            file.write(b"2,b,\n")

    monkeypatch.setattr(csv_store, "read_records", and_written)
    with pytest.raises(LostSourceError, match=r"thing\.csv was written to while it was read\. [^\n]*$"):
        read_all(open_source(maker.url), OBJ)


def test_paths_that_are_no_source_are_said_in_one_line(tmp_path: Path) -> None:
    empty, text, both = tmp_path / "empty", tmp_path / "text.zip", tmp_path / "both.zip"
    empty.mkdir()
    text.write_text("no zip")
    with zipfile.ZipFile(both, "w") as archive:
        archive.writestr("a/thing.csv", "id\n1\n")
        archive.writestr("b/Thing.CSV", "id\n1\n")
        archive.writestr("__MACOSX/a/._thing.csv", "junk")
    for path, said in ((empty, "has no .csv file"), (text, "cannot be read: "), (both, "are of one name"),
                       (tmp_path / "none", "cannot be read: No such file")):  # fmt: skip
        for attempt in (
            lambda p=path: open_source(f"csv://{p}").check([]),
            lambda p=path: read_all(open_source(f"csv://{p}"), OBJ),
        ):
            with pytest.raises(SourceError) as caught:
                attempt()
            assert said in caught.value.message
            assert "\n" not in caught.value.message


def test_a_path_alone_is_enough_and_nothing_stays_behind(maker: CsvMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    maker.put({"thing": b"id,value,day\n1,a,2024-01-31\n"})
    aside = maker.path.parent / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    assert len(records(read_all(open_source(str(maker.path)), OBJ))) == 1
    assert os.listdir(aside) == []  # noqa: PTH208
    with pytest.raises(SourceError, match="say nothing of types and keys"):
        open_source(str(maker.path)).describe()
