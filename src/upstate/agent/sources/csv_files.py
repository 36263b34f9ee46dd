"""The CSV files of a folder or a zip, and whether they are still what they were."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from upstate.agent.sources.csv_reading import Open
from upstate.errors import LostSourceError, SourceError

_Look = dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One file: its table's name (the file's without .csv), what people call it, and how to open it."""

    table: str
    shown: str
    open: Open


@contextmanager
def csv_files(path: Path) -> Iterator[list[CsvFile]]:
    """The files, by name. SourceError where there are none; LostSourceError at the end where they were written to."""
    try:
        before = _look(path)
        if path.is_dir():
            yield _named(path, _of(path))
        else:
            with zipfile.ZipFile(path) as archive:
                yield _named(path, _inside(path, archive))
        after = _look(path)
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(
            f"The source {path} cannot be read: {said.rstrip('.')}. Name a folder of CSV files, or a zip of them."
        ) from error
    if before != after:
        changed = min(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        raise LostSourceError(
            f"{changed} was written to while it was read. "
            "Run the same command again once the files are complete; write them elsewhere and move them there whole."
        )


def _look(path: Path) -> _Look:
    looked = {}
    for each in sorted(path.iterdir()) if path.is_dir() else [path]:
        if each == path or each.suffix.lower() == ".csv":
            stat = each.stat()
            looked[str(each)] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return looked


def _of(path: Path) -> list[CsvFile]:
    found = [each for each in sorted(path.iterdir()) if each.suffix.lower() == ".csv" and each.is_file()]
    return [CsvFile(each.stem, str(each), _opener(each)) for each in found]


def _opener(path: Path) -> Open:
    def opened() -> BinaryIO:
        return path.open("rb")

    return opened


def _inside(path: Path, archive: zipfile.ZipFile) -> list[CsvFile]:
    found = []
    for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
        inner = PurePosixPath(entry.filename)
        if inner.suffix.lower() == ".csv" and not entry.is_dir() and "__MACOSX" not in inner.parts:
            found.append(CsvFile(inner.stem, f"{path}/{entry.filename}", _entry_opener(archive, entry)))
    return found


def _entry_opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Open:
    def opened() -> BinaryIO:
        return archive.open(entry)  # type: ignore[return-value]  # it reads bytes like any other

    return opened


def _named(path: Path, found: list[CsvFile]) -> list[CsvFile]:
    if not found:
        raise SourceError(f"The source {path} has no .csv file. Name a folder of CSV files, or a zip of them.")
    seen: dict[str, CsvFile] = {}
    for file in found:
        other = seen.setdefault(file.table.casefold(), file)
        if other is not file:
            raise SourceError(f"{other.shown} and {file.shown} are of one name. Keep one of them.")
    return found
