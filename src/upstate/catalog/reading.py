"""From a folder of TOML files to a Catalog; a wrong file is named with its line and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from upstate.catalog.checking import check
from upstate.catalog.model import Catalog, Column, ColumnType, Lookup, Reference, Rule, SyncObject, Unique
from upstate.catalog.toml_file import Place, TomlFile
from upstate.errors import CatalogError

SHIPPED = Path(__file__).parent.parent / "catalogs"

_Made = TypeVar("_Made")

_OBJECT_KEYS = {
    "object": str,
    "table": str,
    "key": list,
    "school_year": str,
    "scope": list,
    "after": list,
    "editions": list,
    "not_editions": list,
    "switch": str,
}
_TABLES = ("column", "reference", "unique", "lookup", "rule")
_COLUMN_KEYS = {
    "name": str,
    "type": str,
    "length": int,
    "precision": int,
    "scale": int,
    "required": bool,
    "owner": str,
    "codes": (str, dict),
    "sensitive": bool,
}
_REFERENCE_KEYS = {"to": str, "columns": list, "name": str, "when_excluded": str, "drives": bool}
_UNIQUE_KEYS = {"columns": list, "across": str, "nulls": str}
_LOOKUP_KEYS = {"name": str, "in": str, "on": dict, "where": str, "columns": dict}
_RULE_KEYS = {"reason": str, "verdict": str, "when": str, "message": str, "advice": str}


def shipped_catalog(name: str) -> Path:
    """The folder of a catalog that comes with Upstate, such as "k12"; CatalogError where there is none."""
    folder = SHIPPED / name
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir() and any(p.glob("*.toml"))))
        raise CatalogError(f"There is no catalog named {name}. Shipped are: {known}. Or name a folder of .toml files.")
    return folder


def catalog_files(folder: Path) -> dict[str, str]:
    """The texts of a catalog's files by their path within the folder; CatalogError where it cannot be read."""
    if not folder.is_dir():
        raise CatalogError(f"There is no catalog folder {folder}. Name a folder that holds one .toml file an object.")
    paths = sorted([*folder.glob("*.toml"), *folder.glob("codes/*.toml")])
    if not any(path.parent == folder for path in paths):
        raise CatalogError(f"The catalog folder {folder} holds no .toml file; it needs one an object.")
    texts = {}
    for path in paths:
        try:
            texts[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(f"{path} cannot be read: {error}.") from error
    return texts


def read_catalog(folder: Path | str) -> Catalog:
    """Read and check the catalog in a folder; CatalogError with file, line and what to do."""
    return parse_catalog(catalog_files(Path(folder)))


def parse_catalog(texts: Mapping[str, str]) -> Catalog:
    """The catalog of these texts by file name ("X.toml" an object, "codes/x.toml" a code list); CatalogError."""
    files = [TomlFile.parse(name, text) for name, text in sorted(texts.items())]
    lists: dict[str, Mapping[str, str]] = {}
    for file in (f for f in files if f.name.startswith("codes/")):
        name, codes = _code_list(file)
        if name in lists:
            raise file.error(file.place("list"), f"the code list {name} is given twice", "Give it one file.")
        lists[name] = codes
    objects: dict[str, SyncObject] = {}
    sources: dict[str, TomlFile] = {}
    for file in (f for f in files if not f.name.startswith("codes/")):
        obj = _object(file, lists)
        if obj.name in objects:
            raise file.error(
                file.place("object"),
                f"the object {obj.name} is also in {sources[obj.name].name}",
                "Give every object one file.",
            )
        objects[obj.name], sources[obj.name] = obj, file
    catalog = Catalog(MappingProxyType(objects))
    check(catalog, sources)
    return catalog


def _code_list(file: TomlFile) -> tuple[str, Mapping[str, str]]:
    file.expect_keys(file.data, Place(), {"list": str, "codes": dict}, needed=("list", "codes"))
    return file.data["list"], _codes(file, Place("codes"), file.data["codes"])


def _codes(file: TomlFile, place: Place, codes: Mapping[str, Any]) -> Mapping[str, str]:
    for code, meaning in codes.items():
        if not isinstance(meaning, str):
            raise file.error(place, f'the meaning of code "{code}" is not a text', "Write it in quotes.")
    if not codes:
        raise file.error(place, "the code list is empty", "List at least one code, or remove it.")
    return MappingProxyType(dict(codes))


def _object(file: TomlFile, lists: Mapping[str, Mapping[str, str]]) -> SyncObject:
    data = file.data
    file.expect_keys(
        data, Place(), {**_OBJECT_KEYS, **dict.fromkeys(_TABLES, list)}, needed=("object", "table", "key", "column")
    )
    return SyncObject(
        name=data["object"],
        table=data["table"],
        key=_names(file, Place("key"), data["key"]),
        columns=tuple(_each(file, "column", _COLUMN_KEYS, ("name", "type"), lambda p, d: _column(file, p, d, lists))),
        references=tuple(
            _each(file, "reference", _REFERENCE_KEYS, ("to", "columns"), lambda p, d: _reference(file, p, d))
        ),
        uniques=tuple(_each(file, "unique", _UNIQUE_KEYS, ("columns",), lambda p, d: _unique(file, p, d))),
        lookups=tuple(
            _each(file, "lookup", _LOOKUP_KEYS, ("name", "in", "on", "columns"), lambda p, d: _lookup(file, p, d))
        ),
        rules=tuple(
            _each(file, "rule", _RULE_KEYS, ("reason", "verdict", "when", "advice"), lambda p, d: _rule(file, p, d))
        ),
        scope=_names(file, Place("scope"), data.get("scope", [])),
        after=_names(file, Place("after"), data.get("after", [])),
        school_year=data.get("school_year"),
        editions=frozenset(_names(file, Place("editions"), data.get("editions", []))),
        not_editions=frozenset(_names(file, Place("not_editions"), data.get("not_editions", []))),
        switch=data.get("switch"),
    )


def _each(
    file: TomlFile,
    table: str,
    keys: Mapping[str, Any],
    needed: tuple[str, ...],
    make: Callable[[Place, dict[str, Any]], _Made],
) -> list[_Made]:
    made = []
    for number, entry in enumerate(file.data.get(table, [])):
        place = Place(table, number)
        if not isinstance(entry, dict):
            raise file.error(place, f"{table} is not a table", f"Write it under [[{table}]].")
        file.expect_keys(entry, place, keys, needed)
        made.append(make(place, entry))
    return made


def _names(file: TomlFile, place: Place, value: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(name, str) and name for name in value):
        raise file.error(
            place, "a list of names holds something that is not a name", 'Write names in quotes: ["a", "b"].'
        )
    if len(set(value)) < len(value):
        raise file.error(place, "a list names the same thing twice", "Name it once.")
    return tuple(value)


def _choice(
    file: TomlFile, place: Place, entry: Mapping[str, Any], key: str, choices: tuple[str, ...], default: str
) -> Any:
    value = entry.get(key, default)
    if value not in choices:
        raise file.error(place.at(key), f'{key} = "{value}" is not known', f"Take one of: {', '.join(choices)}.")
    return value


def _column(file: TomlFile, place: Place, entry: dict[str, Any], lists: Mapping[str, Mapping[str, str]]) -> Column:
    codes: Mapping[str, str] | None = None
    named = entry.get("codes")
    if isinstance(named, str):
        if named not in lists:
            raise file.error(
                place.at("codes"), f"there is no code list {named}", f"Write codes/{named}.toml, or mend the name."
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
    if column.type != "text" and (column.length is not None or column.codes is not None):
        raise file.error(
            place.at("type"), f"{column.name} has length or codes but is no text", "Use them with text only."
        )
    if (column.precision is None) != (column.scale is None) or (
        column.precision is not None and column.type != "decimal"
    ):
        raise file.error(
            place.at("type"), f"{column.name} has half a precision", "A decimal has precision and scale, or neither."
        )
    if column.length is not None and column.length < 1:
        raise file.error(place.at("length"), f"{column.name} has room for nothing", "Give a length of at least 1.")
    if column.precision is not None and not 0 <= (column.scale or 0) <= column.precision <= 38:
        raise file.error(
            place.at("precision"),
            f"{column.name} has an odd precision",
            "Take precision 1 to 38 and a scale within it.",
        )
    return column


def _reference(file: TomlFile, place: Place, entry: dict[str, Any]) -> Reference:
    columns = _names(file, place.at("columns"), entry["columns"])
    return Reference(
        to=entry["to"],
        columns=columns,
        name=entry.get("name", _alias(entry["to"], columns)),
        when_excluded=_choice(file, place, entry, "when_excluded", ("reject", "clear"), "reject"),
        drives=entry.get("drives", True),
    )


def _alias(to: str, columns: tuple[str, ...]) -> str:
    if len(columns) == 1:
        for ending in ("_guid", "_id"):
            if columns[0].endswith(ending) and len(columns[0]) > len(ending):
                return columns[0].removesuffix(ending)
        if columns[0] != to:
            return columns[0]
    return "".join(
        f"_{c.lower()}" if c.isupper() and i and not to[i - 1].isupper() else c.lower() for i, c in enumerate(to)
    )


def _unique(file: TomlFile, place: Place, entry: dict[str, Any]) -> Unique:
    return Unique(
        columns=_names(file, place.at("columns"), entry["columns"]),
        across=_choice(file, place, entry, "across", ("district", "state"), "district"),
        nulls=_choice(file, place, entry, "nulls", ("distinct", "equal"), "distinct"),
    )


def _lookup(file: TomlFile, place: Place, entry: dict[str, Any]) -> Lookup:
    for key in ("on", "columns"):
        if not entry[key] or not all(isinstance(value, str) for value in entry[key].values()):
            raise file.error(
                place.at(key), f"{key} is empty or holds something that is not a text", 'Write { theirs = "ours" }.'
            )
    return Lookup(
        name=entry["name"],
        object=entry["in"],
        on=MappingProxyType(dict(entry["on"])),
        columns=MappingProxyType(dict(entry["columns"])),
        where=entry.get("where"),
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

