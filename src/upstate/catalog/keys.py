"""Every key that a catalog file may have: what kind of value it takes, and whether it must be there."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: the type, or types, its value may have in TOML."""

    kind: type | tuple[type, ...]
    needed: bool = False


# by table; "" is the top of an object's file
KEYS: Mapping[str, Mapping[str, Key]] = {
    "": {
        "object": Key(str, needed=True),
        "table": Key(str, needed=True),
        "key": Key(list, needed=True),
        "school_year": Key(str),
        "scope": Key(list),
        "after": Key(list),
        "editions": Key(list),
        "not_editions": Key(list),
        "switch": Key(str),
    },
    "column": {
        "name": Key(str, needed=True),
        "type": Key(str, needed=True),
        "length": Key(int),
        "precision": Key(int),
        "scale": Key(int),
        "required": Key(bool),
        "owner": Key(str),
        "codes": Key((str, dict)),
        "sensitive": Key(bool),
    },
    "reference": {
        "to": Key(str, needed=True),
        "columns": Key(list, needed=True),
        "name": Key(str),
        "when_excluded": Key(str),
        "drives": Key(bool),
    },
    "unique": {
        "columns": Key(list, needed=True),
        "across": Key(str),
        "nulls": Key(str),
    },
    "lookup": {
        "name": Key(str, needed=True),
        "in": Key(str, needed=True),
        "on": Key(dict, needed=True),
        "where": Key(str),
        "columns": Key(dict, needed=True),
    },
    "rule": {
        "reason": Key(str, needed=True),
        "verdict": Key(str, needed=True),
        "when": Key(str, needed=True),
        "message": Key(str),
        "advice": Key(str, needed=True),
    },
}
OBJECT_FILE: Mapping[str, Key] = {
    **KEYS[""],
    **{table: Key(list, needed=table == "column") for table in KEYS if table},
}
CODE_LIST_FILE: Mapping[str, Key] = {"list": Key(str, needed=True), "codes": Key(dict, needed=True)}
