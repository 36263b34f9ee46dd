"""One TOML file that knows on which line each of its entries stands, so that an error can say so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from upstate.errors import CatalogError

_HEADER = re.compile(r"^\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_ENTRY = re.compile(r"""^\s*("?)([\w.-]+)\1\s*=""")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: a table ("" for the top), its number among those of that name, a key ("" for its head)."""

    table: str = ""
    number: int = 0
    key: str = ""

    def at(self, key: str) -> Place:
        """The same table, at one of its keys."""
        return Place(self.table, self.number, key)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file, its name as people know it, and the line of every table and key."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[Place, int]

    @staticmethod
    def parse(name: str, text: str) -> TomlFile:
        """Parse a text; CatalogError with file and line where it is not TOML."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise CatalogError(f"{name}: this is not TOML: {error}. Mend the file there.") from error
        return TomlFile(name, data, _lines(text))

    def place(self, key: str) -> Place:
        """A key at the top of the file, or the head of the first table of that name."""
        return Place("", 0, key) if Place("", 0, key) in self.lines else Place(key)

    def error(self, place: Place, wrong: str, mend: str) -> CatalogError:
        """An error that says file, line, what is wrong and what to do."""
        line = self.lines.get(place) or self.lines.get(Place("", 0, place.table)) or self.lines.get(place.at("")) or 1
        return CatalogError(f"{self.name}, line {line}: {wrong}. {mend}")

    def expect_keys(
        self, entry: Mapping[str, Any], place: Place, known: Mapping[str, Any], needed: tuple[str, ...] = ()
    ) -> None:
        """CatalogError where an entry has an unknown key, a value of another type, or lacks a needed key."""
        for key, value in entry.items():
            here = place.at(key)
            if key not in known:
                raise self.error(here, f'the key "{key}" is not known here', f"Known are: {', '.join(known)}.")
            kind = known[key]
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                raise self.error(here, f'"{key}" has a value of the wrong type', f"Give {_kind_name(kind)}.")
            if value == "" and key in needed:
                raise self.error(here, f'"{key}" is empty', "Give it a value.")
        for key in needed:
            if key not in entry:
                raise self.error(place, f'the key "{key}" is missing', f"Add {key} = ….")


def _kind_name(kind: Any) -> str:
    names = {str: "a text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}
    return " or ".join(names[k] for k in (kind if isinstance(kind, tuple) else (kind,)))


def _lines(text: str) -> Mapping[Place, int]:
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table, number = "", 0
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            table = header.group(1)
            number = counts.get(table, 0)
            counts[table] = number + 1
            lines[Place(table, number)] = line
        elif entry := _ENTRY.match(content):
            lines.setdefault(Place(table, number, entry.group(2)), line)
    return lines
