"""From one parsed file to the object or the code list it describes; what a file alone can get wrong is said here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from upstate.catalog.alias import default_alias
from upstate.catalog.keys import CODE_LIST_FILE, KEYS, OBJECT_FILE
from upstate.catalog.model import Column, ColumnType, Lookup, Reference, Rule, SyncObject, Unique
from upstate.catalog.nearest import did_you_mean
from upstate.catalog.toml_file import Place, TomlFile

_Made = TypeVar("_Made")


def code_list(file: TomlFile) -> tuple[str, Mapping[str, str]]:
    """The name of the code list in a file, and its codes with their meanings; CatalogError."""
    file.expect_keys(file.data, Place(), CODE_LIST_FILE)
    _expect_file_name(file, "list", "codes/")
    return file.data["list"], _codes(file, Place("codes"), file.data["codes"])


def _expect_file_name(file: TomlFile, key: str, folder: str = "") -> None:
    # one name an entry and one entry a name: nothing can be given twice, and every file is found by what it holds
    wanted = f"{folder}{file.data[key]}.toml"
    if file.name != wanted:
        raise file.error(Place(key=key), f'the file holds "{file.data[key]}"', f"Name it {wanted}, or mend {key}.")


def _codes(file: TomlFile, place: Place, codes: Mapping[str, Any]) -> Mapping[str, str]:
    for code, meaning in codes.items():
        if not isinstance(meaning, str):
            raise file.error(place, f'the meaning of code "{code}" is not a text', "Write it in quotes.")
    if not codes:
        raise file.error(place, "the code list is empty", "List at least one code, or remove it.")
    return MappingProxyType(dict(codes))


def sync_object(file: TomlFile, lists: Mapping[str, Mapping[str, str]]) -> SyncObject:
    """The object in a file, given every code list by name; CatalogError."""
    data = file.data
    file.expect_keys(data, Place(), OBJECT_FILE)
    _expect_file_name(file, "object")
    return SyncObject(
        name=data["object"],
        table=data["table"],
        key=_names(file, Place(key="key"), data["key"]),
        columns=tuple(_each(file, "column", lambda place, entry: _column(file, place, entry, lists))),
        references=tuple(_each(file, "reference", lambda place, entry: _reference(file, place, entry))),
        uniques=tuple(_each(file, "unique", lambda place, entry: _unique(file, place, entry))),
        lookups=tuple(_each(file, "lookup", lambda place, entry: _lookup(file, place, entry))),
        rules=tuple(_each(file, "rule", lambda place, entry: _rule(file, place, entry))),
        scope=_names(file, Place(key="scope"), data.get("scope", [])),
        after=_names(file, Place(key="after"), data.get("after", [])),
        school_year=data.get("school_year"),
        editions=frozenset(_names(file, Place(key="editions"), data.get("editions", []))),
        not_editions=frozenset(_names(file, Place(key="not_editions"), data.get("not_editions", []))),
        switch=data.get("switch"),
    )


def _each(file: TomlFile, table: str, make: Callable[[Place, dict[str, Any]], _Made]) -> list[_Made]:
    made = []
    for number, entry in enumerate(file.data.get(table, [])):
        place = Place(table, number)
        if not isinstance(entry, dict):
            raise file.error(Place(key=table), f'"{table}" is not a table', f"Write each under [[{table}]].")
        file.expect_keys(entry, place, KEYS[table])
        made.append(make(place, entry))
    return made


def _names(file: TomlFile, place: Place, value: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(name, str) and name.strip() for name in value):
        raise file.error(place, f'"{place.key}" holds something that is no name', 'Write names in quotes: ["a", "b"].')
    twice = next((name for name in value if value.count(name) > 1), None)
    if twice is not None:
        raise file.error(place, f'"{place.key}" names {twice} twice', "Name it once.")
    return tuple(value)


def _choice(
    file: TomlFile, place: Place, entry: Mapping[str, Any], key: str, choices: tuple[str, ...], default: str
) -> Any:
    value = entry.get(key, default)
    if value not in choices:
        raise file.error(place.at(key), f'the {key} "{value}" is not known', f"Take one of: {', '.join(choices)}.")
    return value


def _column(file: TomlFile, place: Place, entry: dict[str, Any], lists: Mapping[str, Mapping[str, str]]) -> Column:
    codes: Mapping[str, str] | None = None
    named = entry.get("codes")
    if isinstance(named, str):
        if named not in lists:
            raise file.error(
                place.at("codes"),
                f"there is no code list {named}",
                did_you_mean(named, lists) or f"Write codes/{named}.toml, or mend the name.",
            )
        codes = lists[named]
    elif named is not None:
        codes = _codes(file, place.at("codes"), named)
    column = Column(
        name=entry["name"],
        type=_choice(file, place, entry, "type", get_args(ColumnType), ""),
        required=entry.get("required", False),
        owner=_choice(file, place, entry, "owner", ("district", "state"), "district"),
        length=entry.get("length"),
        precision=entry.get("precision"),
        scale=entry.get("scale"),
        codes=codes,
        sensitive=entry.get("sensitive", False),
    )
    _check_text(file, place, column)
    _check_decimal(file, place, column)
    return column


def _check_text(file: TomlFile, place: Place, column: Column) -> None:
    for key in ("length", "codes"):
        if column.type != "text" and getattr(column, key) is not None:
            raise file.error(
                place.at(key), f"{column.name} has {key} but is no text", f"Make it a text, or remove {key}."
            )
    if column.length is not None and column.length < 1:
        raise file.error(place.at("length"), f"{column.name} has room for nothing", "Give a length of at least 1.")
    for code in column.codes or ():
        if column.length is not None and len(code) > column.length:
            raise file.error(
                place.at("length"),
                f'the code "{code}" does not fit into the {column.length} characters of {column.name}',
                f"Give a length of at least {len(code)}, or remove the code.",
            )


def _check_decimal(file: TomlFile, place: Place, column: Column) -> None:
    if column.type != "decimal":
        for key in ("precision", "scale"):
            if getattr(column, key) is not None:
                raise file.error(
                    place.at(key), f"{column.name} has {key} but is no decimal", f"Make it a decimal, or remove {key}."
                )
    elif column.precision is None or column.scale is None:
        raise file.error(
            place.at("type"),
            f"the decimal {column.name} lacks precision or scale",
            "Give both: precision counts all its digits, scale those behind the point.",
        )
    elif not 1 <= column.precision <= 38 or not 0 <= column.scale <= column.precision:
        raise file.error(
            place.at("precision"),
            f"{column.name} cannot have precision {column.precision} and scale {column.scale}",
            "Take a precision from 1 to 38 and a scale from 0 to the precision.",
        )


def _reference(file: TomlFile, place: Place, entry: dict[str, Any]) -> Reference:
    columns = _names(file, place.at("columns"), entry["columns"])
    return Reference(
        to=entry["to"],
        columns=columns,
        name=entry.get("name", default_alias(entry["to"], columns)),
        when_excluded=_choice(file, place, entry, "when_excluded", ("reject", "clear"), "reject"),
        drives=entry.get("drives", True),
    )


def _unique(file: TomlFile, place: Place, entry: dict[str, Any]) -> Unique:
    return Unique(
        columns=_names(file, place.at("columns"), entry["columns"]),
        across=_choice(file, place, entry, "across", ("district", "state"), "district"),
        nulls=_choice(file, place, entry, "nulls", ("distinct", "equal"), "distinct"),
    )


def _lookup(file: TomlFile, place: Place, entry: dict[str, Any]) -> Lookup:
    for key in ("on", "columns"):
        if not entry[key] or not all(isinstance(value, str) and value.strip() for value in entry[key].values()):
            example = '{ theirs = "ours" }' if key == "on" else '{ name = "an aggregate, such as max(row.day)" }'
            raise file.error(place.at(key), f'"{key}" is empty or holds something that is no text', f"Write {example}.")
    where = entry.get("where")
    return Lookup(
        name=entry["name"],
        object=entry["in"],
        on=MappingProxyType(dict(entry["on"])),
        columns=MappingProxyType({name: sql.strip() for name, sql in entry["columns"].items()}),
        where=where.strip() if where is not None else None,
    )


def _rule(file: TomlFile, place: Place, entry: dict[str, Any]) -> Rule:
    advice = entry["advice"].strip()
    message = entry.get("message", advice.split(". ")[0].rstrip(".") + ".").strip()
    return Rule(
        reason=entry["reason"],
        verdict=_choice(file, place, entry, "verdict", ("failed", "excluded"), ""),
        when=entry["when"].strip(),
        message=message,
        advice=advice,
    )
