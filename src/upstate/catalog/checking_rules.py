"""What must hold of an object's rules and lookups: each has its own reason, and its condition sees all it names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstate.catalog.checking_names import check_name, need_columns, need_object
from upstate.catalog.conditions import fault_in
from upstate.catalog.model import Catalog, Lookup, SyncObject
from upstate.catalog.toml_file import Place, TomlFile

_REASON = re.compile(r"[a-z][a-z0-9_]*")
_ZONE = ("school_year", "edition")


def check_rules(catalog: Catalog, obj: SyncObject, file: TomlFile) -> None:
    """CatalogError for the first thing wrong with a lookup or a rule."""
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
    need_object(catalog, lookup.object, file, place.at("in"))
    if lookup.object == obj.name:
        raise file.error(place.at("in"), f"{obj.name} cannot look itself up", "Compare its own records with a window.")
    theirs = catalog[lookup.object]
    need_columns(theirs, file, place.at("on"), lookup.on.keys())
    need_columns(obj, file, place.at("on"), lookup.on.values())
    for their, our in lookup.on.items():
        if (left := theirs.column(their).type) != (right := obj.column(our).type):
            raise file.error(
                place.at("on"), f"their {their} is {left}, our {our} is {right}", "Pair columns of the same type."
            )
    sees = {"row": _column_names(theirs), "zone": frozenset(_ZONE)}
    for name, aggregate in lookup.columns.items():
        check_name(name, "column", file, place.at("columns"))
        _check_condition(aggregate, sees, "row", file, place.at("columns"))
    if lookup.where is not None:
        _check_condition(lookup.where, sees, "row", file, place.at("where"))


def _check_condition(
    condition: str, sees: Mapping[str, frozenset[str]], own: str, file: TomlFile, place: Place
) -> None:
    if fault := fault_in(condition, sees, own):
        raise file.error(place, fault.wrong, fault.mend)


def _column_names(obj: SyncObject) -> frozenset[str]:
    return frozenset(column.name for column in obj.columns)
