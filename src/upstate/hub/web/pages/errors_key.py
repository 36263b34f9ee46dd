"""A record's key as the addresses and forms of the Error Log carry it, or as someone types it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import SuspiciousOperation

Key = tuple[str | None, ...]


def key_of(text: str) -> Key | None:
    """The key that someone typed or that a link carries: a JSON list, or its parts with "|" between; None for none.

    SuspiciousOperation (a 400) where it holds what no key can.
    """
    if not text:
        return None
    parts: Sequence[Any] = [part or None for part in text.split("|")]
    if text.startswith("["):
        with suppress(ValueError):
            parts = json.loads(text)
    if not parts or not all(part is None or is_text(part) for part in parts):
        raise SuspiciousOperation("This is no key.")
    return tuple(parts)


def is_text(value: object) -> bool:
    """Whether it is a text that the database takes: no NUL, no half of a character."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
