"""What an object's records are judged by, in one short text: two judgements by the same text may be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any

from upstate.catalog.model import SyncObject


def fingerprint(obj: SyncObject, facts: Mapping[str, object]) -> str:
    """32 hexadecimal digits for an object's entry in the catalog and the facts (of its zone) that its rules may see.

    The same in every process; another whenever a column, code, reference or rule is.
    """
    return blake2b(repr((_plain(obj), _plain(facts))).encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return tuple((f.name, _plain(getattr(value, f.name))) for f in fields(value))
    if isinstance(value, Mapping):
        return tuple((str(key), _plain(entry)) for key, entry in value.items())
    if isinstance(value, frozenset):
        return tuple(sorted(map(str, value)))
    if isinstance(value, tuple | list):
        return tuple(_plain(entry) for entry in value)
    return value
