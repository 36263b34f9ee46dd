"""Read one CSV file exactly: RFC 4180 in UTF-8, nothing guessed; what is wrong with it is told by its line."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

# Of what is parsed at once, and a record may not be longer; the second only for files that need it.
BLOCKS = (1 << 20, 64 << 20)
_MOST_HEADER = 1 << 20
_BOM = b"\xef\xbb\xbf"
_QUOTE = ord('"')
_BESIDE = np.isin(np.arange(256), [ord(","), ord("\n"), ord("\r"), _QUOTE])  # what may stand outside of a quote
_MEND_QUOTES = "A field that holds a quotation mark must be quoted, and the mark doubled."

Open = Callable[[], BinaryIO]


class CsvFaultError(ValueError):
    """A file that is no CSV as it should be: what is wrong in one line, without any value."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")


class LongRecordError(CsvFaultError):
    """A record that is longer than a block."""


def read_header(opened: Open) -> tuple[str, ...]:
    """The names of the columns, without spaces around them. CsvFaultError where they cannot serve as such."""
    with closing(opened()) as stream:
        return _header(stream)[0]


def read_records(opened: Open, block: int = BLOCKS[-1]) -> Iterator[pa.RecordBatch]:
    """The records behind the header, every column a text (UTF-8 not yet trusted).

    A field of nothing is null, a pair of quotation marks an empty text. CsvFaultError for the first fault,
    LongRecordError where a record does not fit into a block of so many bytes.
    """
    with closing(opened()) as stream:
        names, rest, lines = _header(stream)
        checked = _Checked(stream, rest, lines + 1)
        try:
            yield from _batches(names, checked, block)
        except pa.ArrowException as error:
            if not checked.blank:
                raise _fault(opened, len(names), block) from error


def _batches(names: Sequence[str], checked: _Checked, block: int) -> Iterator[pa.RecordBatch]:
    reader = arrow_csv.open_csv(
        pa.PythonFile(checked, mode="r"),
        arrow_csv.ReadOptions(use_threads=False, block_size=block, column_names=list(names)),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    for batch in reader:
        yield pa.RecordBatch.from_arrays([column.view(pa.string()) for column in batch.columns], list(names))


def _header(stream: BinaryIO) -> tuple[tuple[str, ...], bytes, int]:
    """The names, what was read beyond them, and the lines they take."""
    start = stream.read(_MOST_HEADER).removeprefix(_BOM)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CsvFaultError(1, "it is UTF-16. Save it as UTF-8.")
    end = _end_of_record(start)
    text = start[:end]
    try:
        names = next(csv.reader([*io.StringIO(text.decode(), newline="")], strict=True), [])
    except UnicodeDecodeError as error:
        raise CsvFaultError(1, "the header is not UTF-8. Save the file as UTF-8.") from error
    except csv.Error as error:
        raise CsvFaultError(1, f"the header cannot be read. {_MEND_QUOTES}") from error
    names = [name.strip() for name in names]
    if not any(names):
        raise CsvFaultError(1, "it has no header. The first line must name the columns.")
    if not all(names):
        raise CsvFaultError(1, f"column {names.index('') + 1} has no name in the header.")
    folded = [name.casefold() for name in names]
    twice = next((name for place, name in enumerate(names) if name.casefold() in folded[:place]), None)
    if twice is not None:
        raise CsvFaultError(1, f"the header names the column {twice} twice.")
    return tuple(names), start[end:], _line_ends(text)


def _end_of_record(data: bytes) -> int:
    inside = False
    for place, byte in enumerate(data):
        if byte == _QUOTE:
            inside = not inside
        elif not inside and byte in b"\r\n":
            return place + (2 if data[place : place + 2] == b"\r\n" else 1)
    return len(data)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") or data.count(b"\r")


class _Checked:
    """A file whose quotation marks are looked at as it is read: the parser itself would guess at wrong ones."""

    closed = False

    def __init__(self, stream: BinaryIO, rest: bytes, line: int) -> None:
        self._stream = stream
        self._rest = rest
        self._line = line
        self._inside = 0
        self._opened = line
        self._last = ord("\n")
        self._just_closed = False
        self.blank = True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; CsvFaultError for a quotation mark where none may be."""
        data = self._rest[:size] if self._rest else self._stream.read(size)
        self._rest = self._rest[size:] if self._rest else b""
        if data:
            self._check(data)
        elif self._inside:
            raise CsvFaultError(self._opened, f"a quotation mark that opens here is never closed. {_MEND_QUOTES}")
        return data

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """The stream is whoever opened it's to close."""

    def _check(self, data: bytes) -> None:
        if self.blank:
            self.blank = not data.strip(b"\r\n")
        letters = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        if self._just_closed and not _BESIDE[letters[0]]:
            raise self._wrong(data, 0)
        if quotes.size:
            self._check_quotes(data, letters, quotes)
        else:
            self._just_closed = False
        self._line += _line_ends(data)
        self._last = int(letters[-1])

    def _check_quotes(self, data: bytes, letters: NDArray[np.uint8], quotes: NDArray[np.int64]) -> None:
        opening, closing_ones = quotes[self._inside :: 2], quotes[1 - self._inside :: 2]
        before = np.where(opening > 0, letters[opening - 1], self._last)
        inner = closing_ones[closing_ones + 1 < len(letters)]
        wrong = np.concatenate([opening[~_BESIDE[before]], inner[~_BESIDE[letters[inner + 1]]]])
        if wrong.size:
            raise self._wrong(data, int(wrong.min()))
        self._inside ^= quotes.size & 1
        self._just_closed = not self._inside and int(quotes[-1]) == len(letters) - 1
        if self._inside:
            self._opened = self._line + _line_ends(data[: int(quotes[-1])])

    def _wrong(self, data: bytes, place: int) -> CsvFaultError:
        line = self._line + _line_ends(data[:place])
        return CsvFaultError(line, f"a quotation mark stands where none may. {_MEND_QUOTES}")


def _fault(opened: Open, width: int, block: int) -> CsvFaultError:
    """What Arrow met: found again, by line, with Python's own parser."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with closing(opened()) as stream:
            lines = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
            reader: Any = csv.reader(lines, strict=True)
            began = 1
            for fields in reader:
                if fields and len(fields) != width:
                    what = f"{len(fields)} fields where the header has {width}. Quote a field that holds a comma."
                    return CsvFaultError(began, what)
                began = reader.line_num + 1
    except csv.Error:
        return CsvFaultError(reader.line_num, f"it cannot be read. {_MEND_QUOTES}")
    finally:
        csv.field_size_limit(limit)
    return LongRecordError(began, f"a record up to here is longer than {block >> 20} MB.")
