"""A JSON text as PostgreSQL's jsonb would write it, so that it hashes as the state's own row does."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

# jsonb keeps numbers as numeric, with at most so many digits before and after the point.
_MOST_WHOLE = 131_072
_MOST_SCALE = 16_383
_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def jsonb_text(text: str) -> bytes | None:
    """What jsonb writes for this text, in UTF-8: keys by length and bytes, the last of equal keys, numbers written out.

    None where jsonb would not take it, or it is nested too deep to follow here: such a text equals no row.
    """
    try:
        tree = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
        return _written(tree).encode()
    except (ValueError, RecursionError, ArithmeticError):
        return None


class _Number(str):
    """A number's text as numeric writes it."""

    __slots__ = ()


def _number(text: str) -> _Number:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > _MOST_SCALE or (number and number.adjusted() >= _MOST_WHOLE):
        raise ValueError(text)
    if not number:  # numeric has no negative zero, and 0e5 is 0
        return _Number(format(Decimal((0, (0,), min(exponent, 0))), "f"))
    return _Number(format(number, "f"))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _written(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
        return "{" + ", ".join(f"{_string(key)}: {_written(held)}" for key, held in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return {None: "null", True: "true", False: "false"}[value]


def _string(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    return '"' + _ESCAPED.sub(lambda found: _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}", text) + '"'
