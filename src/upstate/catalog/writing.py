"""From a Catalog to the texts of its TOML files; reading them back gives the same catalog."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from upstate.catalog.alias import default_alias
from upstate.catalog.model import Catalog, Column, Lookup, Reference, Rule, SyncObject, Unique

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def catalog_texts(catalog: Catalog) -> dict[str, str]:
    """One text an object by file name, as parse_catalog takes them; code lists stand within their columns."""
    return {f"{obj.name}.toml": _object(obj) for obj in catalog}


def _object(obj: SyncObject) -> str:
    head = {
        "object": obj.name,
        "table": obj.table,
        "key": obj.key,
        "school_year": obj.school_year,
        "scope": obj.scope,
        "after": obj.after,
        "editions": sorted(obj.editions),
        "not_editions": sorted(obj.not_editions),
        "switch": obj.switch,
    }
    blocks = [
        _lines(head),
        *(_block("column", _column(c)) for c in obj.columns),
        *(_block("reference", _reference(r)) for r in obj.references),
        *(_block("unique", _unique(u)) for u in obj.uniques),
        *(_block("lookup", _lookup(entry)) for entry in obj.lookups),
        *(_block("rule", _rule(rule)) for rule in obj.rules),
    ]
    return "\n".join(blocks)


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "length": column.length,
        "precision": column.precision,
        "scale": column.scale,
        "required": column.required or None,
        "owner": None if column.owner == "district" else column.owner,
        "codes": column.codes,
        "sensitive": column.sensitive or None,
    }


def _reference(reference: Reference) -> dict[str, Any]:
    return {
        "to": reference.to,
        "columns": reference.columns,
        "name": None if reference.name == default_alias(reference.to, reference.columns) else reference.name,
        "when_excluded": None if reference.when_excluded == "reject" else reference.when_excluded,
        "drives": None if reference.drives else False,
    }


def _unique(unique: Unique) -> dict[str, Any]:
    return {
        "columns": unique.columns,
        "across": None if unique.across == "district" else unique.across,
        "nulls": None if unique.nulls == "distinct" else unique.nulls,
    }


def _lookup(lookup: Lookup) -> dict[str, Any]:
    return {
        "name": lookup.name,
        "in": lookup.object,
        "on": lookup.on,
        "where": lookup.where,
        "columns": lookup.columns,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "reason": rule.reason,
        "verdict": rule.verdict,
        "when": rule.when,
        "message": rule.message,
        "advice": rule.advice,
    }


def _block(name: str, entry: Mapping[str, Any]) -> str:
    return f"[[{name}]]\n{_lines(entry)}"


def _lines(entry: Mapping[str, Any]) -> str:
    """A line for each key that says something: null and empty lists are what a missing key means."""
    said = {key: value for key, value in entry.items() if value is not None and value not in ((), [])}
    return "".join(f"{key} = {_value(value)}\n" for key, value in said.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items()) + " }"
    return _array(value)


def _array(values: Iterable[Any]) -> str:
    return "[" + ", ".join(_value(value) for value in values) + "]"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """A JSON text is a TOML text, but for the one control character JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
