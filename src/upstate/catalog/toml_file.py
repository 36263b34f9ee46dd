"""One TOML file that knows on which line each of its entries stands, so that an error can say so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from upstate.catalog.keys import Key
from upstate.catalog.nearest import did_you_mean
from upstate.errors import CatalogError

_HEADER = re.compile(r"^\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_ENTRY = re.compile(r"""^\s*(["']?)([\w.-]+)\1\s*=""")
_MANY_LINES = re.compile(r'"""|' + "'''")
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


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
            at = _AT.search(str(error))
            line = at.group(1) if at and at.group(1) else max(1, len(text.splitlines()))
            why = _AT.sub("", str(error))
            raise CatalogError(f"{name}, line {line}: this is not TOML: {why}. Mend the file there.") from error
        return TomlFile(name, data, _lines(text))

    def error(self, place: Place, wrong: str, mend: str) -> CatalogError:
        """An error that says file, line, what is wrong and what to do."""
        near = (place, Place(place.key), place.at(""), Place("", 0, place.table))
        line = next((self.lines[p] for p in near if p in self.lines), 1)
        return CatalogError(f"{self.name}, line {line}: {wrong}. {mend}")

    def expect_keys(self, entry: Mapping[str, Any], place: Place, known: Mapping[str, Key]) -> None:
        """CatalogError where an entry has an unknown key, a value of another type or an empty one, or lacks a key."""
        for key, value in entry.items():
            here = place.at(key)
            if key not in known:
                mend = did_you_mean(key, known) or f"Known are: {', '.join(known)}."
                raise self.error(here, f'the key "{key}" is not known here', mend)
            kind = known[key].kind
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                raise self.error(here, f'"{key}" has a value of the wrong type', f"Give {_kind_name(kind)}.")
            if isinstance(value, str) and not value.strip():
                raise self.error(here, f'"{key}" is empty', "Give it a value, or leave the key out.")
        for key, expected in known.items():
            if expected.needed and key not in entry:
                raise self.error(place, f'the key "{key}" is missing', f"Add {key} = ….")


def _kind_name(kind: type | tuple[type, ...]) -> str:
    names = {str: "a text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}
    return " or ".join(names[k] for k in (kind if isinstance(kind, tuple) else (kind,)))


def _lines(text: str) -> Mapping[Place, int]:
    """The line of every table's head and of every key, as far as a line by line look can tell."""
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table, number = "", 0
    within: str | None = None  # the quotes of a text that goes on over several lines
    for line, content in enumerate(text.split("\n"), start=1):
        started_within = within
        for quotes in _MANY_LINES.findall(content):
            within = quotes if within is None else None if within == quotes else within
        if started_within is not None:
            continue
        if header := _HEADER.match(content):
            table = header.group(1)
            number = counts.get(table, 0)
            counts[table] = number + 1
            lines[Place(table, number)] = line
            above, _, key = table.rpartition(".")
            if above in counts:  # [column.codes] stands for the key "codes" of the column above it
                lines.setdefault(Place(above, counts[above] - 1, key), line)
        elif entry := _ENTRY.match(content):
            lines.setdefault(Place(table, number, entry.group(2)), line)
    return lines
