"""What must hold between the parts of a catalog: names resolve, keys and references fit, rules see what they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from upstate.catalog.graph import Graph
from upstate.catalog.model import Catalog, Lookup, SyncObject
from upstate.catalog.toml_file import Place, TomlFile

_NAME = re.compile(r"[A-Za-z_][\w$ -]*")
_STRING = re.compile(r"'(?:[^']|'')*'")
_DOTTED = re.compile(r"""(?<![\w."])("?)([A-Za-z_]\w*)\1\s*\.\s*("?)([A-Za-z_][\w ]*?)\3(?![\w"])""")
_ZONE = ("school_year", "edition")
_TAKEN = ("record", "row", "zone")


def check(catalog: Catalog, files: Mapping[str, TomlFile]) -> None:
    """CatalogError for the first thing that does not hold, with its file and line."""
    tables: dict[str, str] = {}
    for obj in catalog:
        file = files[obj.name]
        _check_names(obj, file)
        if obj.table in tables:
            raise file.error(
                file.place("table"), f"the table {obj.table} already belongs to {tables[obj.table]}", "Give it another."
            )
        tables[obj.table] = obj.name
        _check_arrows(catalog, obj, file)
        _check_references(catalog, obj, file)
        _check_conditions(catalog, obj, file)
    Graph.of(catalog)


def _check_names(obj: SyncObject, file: TomlFile) -> None:
    if not re.fullmatch(r"[A-Za-z]\w*", obj.name):
        raise file.error(file.place("object"), f'"{obj.name}" is no name for an object', "Take letters and digits.")
    for where, name in (("table", obj.table), *(("column", c.name) for c in obj.columns)):
        if not _NAME.fullmatch(name) or len(name.encode()) > 63:
            raise file.error(
                file.place(where), f'"{name}" is no name for a {where}', "Take a letter first, at most 63."
            )
    known = [c.name for c in obj.columns]
    for number, name in enumerate(known):
        if name in known[:number]:
            raise file.error(Place("column", number, "name"), f"the column {name} is given twice", "Give it once.")
        if name == "district_id":
            raise file.error(
                Place("column", number, "name"), "district_id is the state's own column", "Rename this one."
            )
    _need_columns(obj, file, Place("", 0, "key"), obj.key)
    if not obj.key:
        raise file.error(file.place("key"), "the key is empty", "Name the columns that tell one record from another.")
    for name in obj.key:
        if not obj.column(name).required:
            number = known.index(name)
            raise file.error(Place("column", number), f"the key column {name} is not required", "Add required = true.")
    if obj.school_year is not None:
        _need_columns(obj, file, Place("", 0, "school_year"), (obj.school_year,))
        if obj.column(obj.school_year).type not in ("integer", "bigint"):
            raise file.error(file.place("school_year"), f"{obj.school_year} is no integer", "A year is an integer.")
    for number, unique in enumerate(obj.uniques):
        _need_columns(obj, file, Place("unique", number, "columns"), unique.columns)
    reasons = [rule.reason for rule in obj.rules]
    for number, reason in enumerate(reasons):
        if reason in reasons[:number]:
            raise file.error(
                Place("rule", number, "reason"), f"the reason {reason} is given twice", "Name each rule apart."
            )


def _need_columns(obj: SyncObject, file: TomlFile, place: Place, names: Iterable[str]) -> None:
    known = {c.name for c in obj.columns}
    for name in names:
        if name not in known:
            raise file.error(
                place, f"{obj.name} has no column {name}", f"Add a [[column]] named {name}, or mend the name."
            )


def _check_arrows(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    for key, names in (("scope", obj.scope), ("after", obj.after)):
        for name in names:
            if name not in catalog:
                raise file.error(file.place(key), f"there is no object {name}", f"Write {name}.toml, or mend the name.")
            if name == obj.name:
                raise file.error(file.place(key), f"{name} names itself", "Remove it.")


def _check_references(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    aliases = set(_TAKEN)
    for number, reference in enumerate(obj.references):
        place = Place("reference", number)
        if reference.to not in catalog:
            raise file.error(
                place.at("to"), f"there is no object {reference.to}", f"Write {reference.to}.toml, or mend the name."
            )
        _need_columns(obj, file, place.at("columns"), reference.columns)
        parent = catalog[reference.to]
        ours = [obj.column(name) for name in reference.columns]
        if [c.type for c in ours] != [c.type for c in parent.key_columns]:
            wanted = ", ".join(f"{c.name} {c.type}" for c in parent.key_columns)
            raise file.error(
                place.at("columns"),
                f"the columns do not fit the key of {reference.to} ({wanted})",
                "Name one column of the same type for each, in that order.",
            )
        if reference.when_excluded == "clear" and any(c.required for c in ours):
            raise file.error(
                place.at("when_excluded"), "a required column cannot be cleared", "Make the column optional."
            )
        if reference.name in aliases:
            raise file.error(
                place, f'two references are named "{reference.name}"', 'Add name = "…" to tell them apart.'
            )
        aliases.add(reference.name)
    for number, lookup in enumerate(obj.lookups):
        if lookup.name in aliases:
            raise file.error(Place("lookup", number, "name"), f'the name "{lookup.name}" is taken', "Take another.")
        aliases.add(lookup.name)


def _check_conditions(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    sees: dict[str, frozenset[str]] = {"record": _column_names(obj), "zone": frozenset(_ZONE)}
    for reference in obj.references:
        sees[reference.name] = _column_names(catalog[reference.to])
    for number, lookup in enumerate(obj.lookups):
        _check_lookup(catalog, obj, lookup, file, Place("lookup", number))
        sees[lookup.name] = frozenset(lookup.columns)
    for number, rule in enumerate(obj.rules):
        _check_condition(rule.when, sees, file, Place("rule", number, "when"))


def _check_lookup(catalog: Catalog, obj: SyncObject, lookup: Lookup, file: TomlFile, place: Place) -> None:
    if lookup.object not in catalog or lookup.object == obj.name:
        raise file.error(
            place.at("in"), f"{lookup.object} cannot be looked up here", "Name another object of the catalog."
        )
    theirs = catalog[lookup.object]
    _need_columns(theirs, file, place.at("on"), lookup.on.keys())
    _need_columns(obj, file, place.at("on"), lookup.on.values())
    sees = {"row": _column_names(theirs), "zone": frozenset(_ZONE)}
    for condition in (lookup.where, *lookup.columns.values()):
        if condition:
            _check_condition(condition, sees, file, place)


def _check_condition(condition: str, sees: Mapping[str, frozenset[str]], file: TomlFile, place: Place) -> None:
    if not condition or ";" in condition:
        raise file.error(place, "the condition is empty or has a semicolon", "Write one SQL expression.")
    for _, alias, _, column in _DOTTED.findall(_STRING.sub("''", condition)):
        if alias not in sees:
            raise file.error(
                place, f'the condition names "{alias}", which it does not see', f"It sees: {', '.join(sees)}."
            )
        if column not in sees[alias]:
            raise file.error(place, f"{alias} has no column {column}", f"It has: {', '.join(sorted(sees[alias]))}.")


def _column_names(obj: SyncObject) -> frozenset[str]:
    return frozenset(c.name for c in obj.columns)
