"""What must hold between the parts of a catalog: names resolve, keys and references fit, rules see what they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from upstate.catalog.alias import MOST_CHARACTERS, is_alias
from upstate.catalog.conditions import fault_in
from upstate.catalog.graph import CycleError, Graph
from upstate.catalog.model import Catalog, Lookup, Reference, SyncObject
from upstate.catalog.nearest import did_you_mean
from upstate.catalog.toml_file import Place, TomlFile

MOST_NAME_BYTES = 63  # PostgreSQL cuts longer names off

_OBJECT_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_TABLE_NAME = re.compile(r"\w[\w$# -]*")
_REASON = re.compile(r"[a-z][a-z0-9_]*")
_ZONE = ("school_year", "edition")
_TAKEN = ("record", "row", "zone")
_SYSTEM_COLUMNS = ("ctid", "cmin", "cmax", "tableoid", "xmin", "xmax")  # every PostgreSQL table has these already


def check(catalog: Catalog, files: Mapping[str, TomlFile]) -> None:
    """CatalogError for the first thing that does not hold, with its file and line."""
    folded: dict[str, str] = {}
    tables: dict[str, str] = {}
    for obj in catalog:
        file = files[obj.name]
        _check_object(obj, file)
        if (other := folded.setdefault(obj.name.casefold(), obj.name)) != obj.name:
            raise file.error(
                Place(key="object"), f"{obj.name} differs from {other} in case only", "Rename one of the two."
            )
        if (other := tables.setdefault(obj.table, obj.name)) != obj.name:
            raise file.error(
                Place(key="table"), f"the table {obj.table} already belongs to {other}", "Give this object another."
            )
        _check_columns(obj, file)
    for obj in catalog:
        file = files[obj.name]
        _check_arrows(catalog, obj, file)
        _check_references(catalog, obj, file)
        _check_rules(catalog, obj, file)
    _check_cycles(catalog, files)


def _check_object(obj: SyncObject, file: TomlFile) -> None:
    if not _OBJECT_NAME.fullmatch(obj.name):
        raise file.error(
            Place(key="object"), f'"{obj.name}" is no name for an object', "Take a letter, then letters and digits."
        )
    _check_name(obj.table, "table", file, Place(key="table"))
    for both in sorted(obj.editions & obj.not_editions):
        raise file.error(
            Place(key="not_editions"), f"edition {both} is both in and out", "Name it in one of the two lists."
        )


def _check_name(name: str, kind: str, file: TomlFile, place: Place) -> None:
    if not _TABLE_NAME.fullmatch(name):
        raise file.error(place, f'"{name}" is no name for a {kind}', "Take letters, digits, _, $, #, - or blanks.")
    if len(name.encode()) > MOST_NAME_BYTES:
        raise file.error(
            place, f'the name "{name}" is too long for a {kind}', f"PostgreSQL takes {MOST_NAME_BYTES} bytes at most."
        )


def _check_columns(obj: SyncObject, file: TomlFile) -> None:
    if not obj.columns:
        raise file.error(Place(key="column"), f"{obj.name} has no columns", "Write each under [[column]].")
    names = [column.name for column in obj.columns]
    for number, name in enumerate(names):
        place = Place("column", number, "name")
        _check_name(name, "column", file, place)
        if name in names[:number]:
            raise file.error(place, f"the column {name} is given twice", "Give it once.")
        if name == "district_id" or name in _SYSTEM_COLUMNS:
            whose = "state's" if name == "district_id" else "database's"
            raise file.error(
                place, f"{name} is the {whose} own column", "Rename this one; a mapping can say its source."
            )
    if not obj.key:
        raise file.error(Place(key="key"), "the key is empty", "Name the columns that tell one record from another.")
    _need_columns(obj, file, Place(key="key"), obj.key)
    for name in obj.key:
        if not obj.column(name).required:
            raise file.error(
                Place("column", names.index(name)), f"the key column {name} is not required", "Add required = true."
            )
    if obj.school_year is not None:
        _need_columns(obj, file, Place(key="school_year"), (obj.school_year,))
        kind = obj.column(obj.school_year).type
        if kind not in ("integer", "bigint"):
            raise file.error(
                Place(key="school_year"), f"the school year {obj.school_year} is a {kind}", "Name an integer column."
            )
    for number, unique in enumerate(obj.uniques):
        place = Place("unique", number, "columns")
        if not unique.columns:
            raise file.error(place, "the unique rule names no column", "Name at least one, or remove the rule.")
        _need_columns(obj, file, place, unique.columns)


def _need_columns(obj: SyncObject, file: TomlFile, place: Place, names: Iterable[str]) -> None:
    known = [column.name for column in obj.columns]
    for name in names:
        if name not in known:
            mend = did_you_mean(name, known) or f"Add a [[column]] named {name}, or mend the name."
            raise file.error(place, f"{obj.name} has no column {name}", mend)


def _need_object(catalog: Catalog, name: str, file: TomlFile, place: Place) -> None:
    if name not in catalog:
        raise file.error(
            place,
            f"there is no object {name}",
            did_you_mean(name, catalog.objects) or f"Write {name}.toml, or mend the name.",
        )


def _check_arrows(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    for key, names in (("scope", obj.scope), ("after", obj.after)):
        for name in names:
            _need_object(catalog, name, file, Place(key=key))
            if name == obj.name:
                raise file.error(Place(key=key), f"{name} names itself", "Remove it.")


def _check_references(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    taken = dict.fromkeys(_TAKEN, "kept for rules")
    for number, reference in enumerate(obj.references):
        place = Place("reference", number)
        _need_object(catalog, reference.to, file, place.at("to"))
        _check_reference(obj, reference, catalog[reference.to], file, place)
        _check_alias(reference.name, taken, file, place.at("name"))
        taken[reference.name] = f"the reference to {reference.to}"
    for number, lookup in enumerate(obj.lookups):
        _check_alias(lookup.name, taken, file, Place("lookup", number, "name"))
        taken[lookup.name] = f"the lookup in {lookup.object}"


def _check_alias(name: str, taken: Mapping[str, str], file: TomlFile, place: Place) -> None:
    if name in taken:
        raise file.error(place, f'the name "{name}" is already {taken[name]}', 'Add name = "…" to tell them apart.')
    if not is_alias(name):
        raise file.error(
            place,
            f'"{name}" is no name to use in rules',
            f'Take name = "…": a letter, then letters, digits or _, up to {MOST_CHARACTERS}.',
        )


def _check_reference(obj: SyncObject, reference: Reference, parent: SyncObject, file: TomlFile, place: Place) -> None:
    _need_columns(obj, file, place.at("columns"), reference.columns)
    ours = [obj.column(name) for name in reference.columns]
    key = parent.key_columns
    if [column.type for column in ours] != [column.type for column in key]:
        has = ", ".join(f"{column.name} {column.type}" for column in ours) or "none"
        wanted = ", ".join(f"{column.name} {column.type}" for column in key)
        raise file.error(
            place.at("columns"),
            f"the columns ({has}) do not fit the key of {reference.to} ({wanted})",
            "Name one column of the same type for each part of that key, in its order.",
        )
    if reference.when_excluded == "clear":
        if reference.to == obj.name:
            raise file.error(
                place.at("when_excluded"),
                f"a reference of {obj.name} to itself cannot be cleared",
                "Leave when_excluded out: what hangs on an excluded record is excluded too.",
            )
        for column in ours:
            if column.required:
                raise file.error(
                    place.at("when_excluded"),
                    f"the required column {column.name} cannot be cleared",
                    "Make it optional, or reject.",
                )


def _check_rules(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    zone = frozenset(_ZONE)
    sees = {"record": _column_names(obj), "zone": zone}
    sees |= {reference.name: _column_names(catalog[reference.to]) for reference in obj.references}
    for number, lookup in enumerate(obj.lookups):
        _check_lookup(catalog, obj, lookup, file, Place("lookup", number))
        sees[lookup.name] = frozenset(lookup.columns)
    reasons = [rule.reason for rule in obj.rules]
    for number, rule in enumerate(obj.rules):
        place = Place("rule", number)
        if not _REASON.fullmatch(rule.reason):
            raise file.error(
                place.at("reason"), f'"{rule.reason}" is no reason', "Take small letters, digits and _: state_excluded."
            )
        if rule.reason in reasons[:number]:
            raise file.error(place.at("reason"), f"the reason {rule.reason} is given twice", "Name each rule apart.")
        _check_condition(rule.when, sees, "record", file, place.at("when"))


def _check_lookup(catalog: Catalog, obj: SyncObject, lookup: Lookup, file: TomlFile, place: Place) -> None:
    _need_object(catalog, lookup.object, file, place.at("in"))
    if lookup.object == obj.name:
        raise file.error(place.at("in"), f"{obj.name} cannot look itself up", "Compare its own records with a window.")
    theirs = catalog[lookup.object]
    _need_columns(theirs, file, place.at("on"), lookup.on.keys())
    _need_columns(obj, file, place.at("on"), lookup.on.values())
    for their, our in lookup.on.items():
        if (left := theirs.column(their).type) != (right := obj.column(our).type):
            raise file.error(
                place.at("on"), f"their {their} is {left}, our {our} is {right}", "Pair columns of the same type."
            )
    sees = {"row": _column_names(theirs), "zone": frozenset(_ZONE)}
    for name, aggregate in lookup.columns.items():
        _check_name(name, "column", file, place.at("columns"))
        _check_condition(aggregate, sees, "row", file, place.at("columns"))
    if lookup.where is not None:
        _check_condition(lookup.where, sees, "row", file, place.at("where"))


def _check_condition(
    condition: str, sees: Mapping[str, frozenset[str]], own: str, file: TomlFile, place: Place
) -> None:
    if fault := fault_in(condition, sees, own):
        raise file.error(place, fault.wrong, fault.mend)


def _check_cycles(catalog: Catalog, files: Mapping[str, TomlFile]) -> None:
    try:
        Graph.of(catalog)
    except CycleError as error:
        waiting, for_this = catalog[error.cycle[0]], error.cycle[1]
        wrong = f"these objects wait for each other: {' -> '.join(error.cycle)}"
        mend = "Remove one of these references, scope or after arrows, or lookups."
        raise files[waiting.name].error(_arrow(waiting, for_this), wrong, mend) from error


def _arrow(obj: SyncObject, to: str) -> Place:
    for number, reference in enumerate(obj.references):
        if reference.to == to:
            return Place("reference", number, "to")
    for number, lookup in enumerate(obj.lookups):
        if lookup.object == to:
            return Place("lookup", number, "in")
    return Place(key="scope" if to in obj.scope else "after")


def _column_names(obj: SyncObject) -> frozenset[str]:
    return frozenset(column.name for column in obj.columns)
