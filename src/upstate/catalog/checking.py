"""What must hold between the parts of a catalog: each object by itself, what it points at, the whole graph."""

from __future__ import annotations

from collections.abc import Mapping

from upstate.catalog.alias import MOST_CHARACTERS, is_alias
from upstate.catalog.checking_names import need_columns, need_object
from upstate.catalog.checking_object import check_columns, check_head
from upstate.catalog.checking_rules import check_rules
from upstate.catalog.graph import CycleError, Graph
from upstate.catalog.model import Catalog, Reference, SyncObject
from upstate.catalog.toml_file import Place, TomlFile

_TAKEN = ("record", "row", "zone")


def check(catalog: Catalog, files: Mapping[str, TomlFile]) -> None:
    """CatalogError for the first thing that does not hold, with its file and line."""
    folded: dict[str, str] = {}
    tables: dict[str, str] = {}
    for obj in catalog:
        file = files[obj.name]
        check_head(obj, file)
        if (other := folded.setdefault(obj.name.casefold(), obj.name)) != obj.name:
            raise file.error(
                Place(key="object"), f"{obj.name} differs from {other} in case only", "Rename one of the two."
            )
        if (other := tables.setdefault(obj.table, obj.name)) != obj.name:
            raise file.error(
                Place(key="table"), f"the table {obj.table} already belongs to {other}", "Give this object another."
            )
        check_columns(obj, file)
    for obj in catalog:
        file = files[obj.name]
        _check_arrows(catalog, obj, file)
        _check_references(catalog, obj, file)
        check_rules(catalog, obj, file)
    _check_cycles(catalog, files)


def _check_arrows(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    for key, names in (("scope", obj.scope), ("after", obj.after)):
        for name in names:
            need_object(catalog, name, file, Place(key=key))
            if name == obj.name:
                raise file.error(Place(key=key), f"{name} names itself", "Remove it.")


def _check_references(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    taken = dict.fromkeys(_TAKEN, "kept for rules")
    for number, reference in enumerate(obj.references):
        place = Place("reference", number)
        need_object(catalog, reference.to, file, place.at("to"))
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
    need_columns(obj, file, place.at("columns"), reference.columns)
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
