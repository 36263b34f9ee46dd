"""The exact reading of what is neither a number nor a moment: texts, truth, UUIDs, bytes, JSON."""

from __future__ import annotations

import json
import re
from uuid import UUID

from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column

# What a projection writes in place of bytes in a column that wants something else. No text of the kind is ever
# taken: a NUL fits no column.
BYTES_MARK = "\0bytes"
TRUTH = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}


def read_text(value: bytes, _column: Column) -> str:
    """Text of the database as it is: no NUL, valid UTF-8, no bytes in its place."""
    if value == BYTES_MARK.encode():
        raise MisfitError("not_text")
    if b"\0" in value:
        raise MisfitError("nul_character")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise MisfitError("not_utf8") from error


def read_boolean(value: bytes, _column: Column) -> bool:
    """1 and 0, true and false, t and f in any case; 1.0 and 0.0 as a column of reals keeps them."""
    text = ascii_text(value, "not_boolean").lower().removesuffix(".0")
    if text not in TRUTH:
        raise MisfitError("not_boolean")
    return TRUTH[text]


def read_uuid(value: bytes, _column: Column) -> bytes:
    """32 hexadecimal digits in any case, with dashes and braces or without."""
    digits = ascii_text(value, "not_a_uuid").strip("{}").replace("-", "")
    if not re.fullmatch("[0-9a-fA-F]{32}", digits):
        raise MisfitError("not_a_uuid")
    return UUID(digits).bytes


def read_bytes(_value: bytes, _column: Column) -> bytes:
    """Text and numbers are no bytes."""
    raise MisfitError("not_bytes")


def read_json(value: bytes, column: Column) -> str:
    """JSON that a database takes: no NaN, no NUL and no unpaired surrogate in it, not even escaped."""
    text = read_text(value, column)
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MisfitError("not_json") from error
    if "\\u" in text:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
        if "\\u0000" in plain or any("\ud800" <= c <= "\udfff" for c in plain):
            raise MisfitError("not_json")
    return text


def ascii_text(value: bytes, reason: Reason) -> str:
    """The text of a value that only plain letters can spell; anything else is a misfit for this reason."""
    try:
        return value.decode("ascii")
    except UnicodeDecodeError as error:
        raise MisfitError(reason) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)
