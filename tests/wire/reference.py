"""The digest once more, slowly: one value after another, in plain Python, written from PostgreSQL's hashfn.c."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from hashlib import sha256
from typing import Any

from upstate.catalog import Column, SyncObject
from upstate.wire.digests.definition import LONG, Purpose, compared, seed

_MASK = 0xFFFFFFFF


def digest(obj: SyncObject, record: Mapping[str, Any]) -> int:
    """The digest of a record given by its Python values, signed."""
    x = 0
    for column in compared(obj):
        x ^= _hash("value", column, record[column.name])
    return _signed(int4(len(compared(obj)), x))


def key_hash(obj: SyncObject, record: Mapping[str, Any]) -> int:
    """The hash of its key, signed."""
    x = 0
    for column in obj.key_columns:
        x ^= _hash("key", column, record[column.name])
    return _signed(x)


def lookup3(data: bytes, given: int) -> int:
    """hash_bytes_extended, unsigned."""
    a = b = c = (0x9E3779B9 + len(data) + 3923095) & _MASK
    if given:
        a, b, c = _mix((a + (given >> 32)) & _MASK, (b + (given & _MASK)) & _MASK, c)
    while len(data) >= 12:
        p, q, r = struct.unpack("<III", data[:12])
        a, b, c = _mix((a + p) & _MASK, (b + q) & _MASK, (c + r) & _MASK)
        data = data[12:]
    last = data.ljust(11, b"\0")
    a = (a + int.from_bytes(last[0:4], "little")) & _MASK
    b = (b + int.from_bytes(last[4:8], "little")) & _MASK
    c = (c + (int.from_bytes(last[8:11], "little") << 8)) & _MASK  # c's lowest byte is the length's
    a, b, c = _final(a, b, c)
    return b << 32 | c


def int4(value: int, given: int) -> int:
    """hashint4extended."""
    return lookup3(struct.pack("<i", value), given)


def float8(value: float, given: int) -> int:
    """hashfloat8extended."""
    if value == 0:
        return given
    return lookup3(b"\0\0\0\0\0\0\xf8\x7f" if value != value else struct.pack("<d", value), given)


def _hash(purpose: Purpose, column: Column, value: Any) -> int:  # noqa: C901 - one case a type
    if value is None:
        return 0
    by = seed(purpose, column.name) & 0xFFFFFFFFFFFFFFFF
    digested = seed(purpose, column.name, "digested") & 0xFFFFFFFFFFFFFFFF
    match column.type:
        case "boolean" | "integer":
            return int4(int(value), by)
        case "bigint":
            low = value & _MASK
            return int4(low - (1 << 32) if low >> 31 else low, int4(value >> 32, by))
        case "date":
            return _date(value, by)
        case "time":
            return _clock(value, by)
        case "timestamp":
            return _clock(value.time(), _date(value.date(), by))
        case "timestamptz":
            moment = value.astimezone(UTC)
            return _clock(moment.time(), _date(moment.date(), by))
        case "decimal":
            exact = value.quantize(Decimal(1).scaleb(-(column.scale or 0)), context=Context(prec=60))
            return lookup3(format(exact, "f").encode(), by)
        case "double":
            return float8(value, by)
        case "uuid":
            return lookup3(value.bytes, by)
        case "text":
            data = value.encode()
            return lookup3(data, by) if len(data) <= LONG else lookup3(sha256(data).hexdigest().encode(), digested)
        case "bytes":
            if len(value) * 2 <= LONG:
                return lookup3(value.hex().encode(), by)
            return lookup3(sha256(value).hexdigest().encode(), digested)
        case "json":
            return lookup3(
                sha256(_jsonb(json.loads(value, parse_float=Decimal)).encode()).hexdigest().encode(), digested
            )


def _date(value: date, by: int) -> int:
    return int4((value - date(1970, 1, 1)).days, by)


def _clock(value: time, by: int) -> int:
    at = datetime.combine(date(1970, 1, 1), value, UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return float8((at.seconds * 1_000_000 + at.microseconds) / 1_000_000, by)


def _jsonb(value: Any) -> str:
    match value:
        case dict():
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return "{" + ", ".join(f"{_jsonb(key)}: {_jsonb(value[key])}" for key in keys) + "}"
        case list():
            return "[" + ", ".join(map(_jsonb, value)) + "]"
        case Decimal():
            return format(value, "f") if value else format(abs(value), "f")
        case _:
            return json.dumps(value, ensure_ascii=False)


def _rot(x: int, bits: int) -> int:
    return (x << bits | x >> (32 - bits)) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    a = ((a - c) & _MASK) ^ _rot(c, 4)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rot(a, 6)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rot(b, 8)
    b = (b + a) & _MASK
    a = ((a - c) & _MASK) ^ _rot(c, 16)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rot(a, 19)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rot(b, 4)
    b = (b + a) & _MASK
    return a, b, c


def _final(a: int, b: int, c: int) -> tuple[int, int, int]:
    c = ((c ^ b) - _rot(b, 14)) & _MASK
    a = ((a ^ c) - _rot(c, 11)) & _MASK
    b = ((b ^ a) - _rot(a, 25)) & _MASK
    c = ((c ^ b) - _rot(b, 16)) & _MASK
    a = ((a ^ c) - _rot(c, 4)) & _MASK
    b = ((b ^ a) - _rot(a, 14)) & _MASK
    c = ((c ^ b) - _rot(b, 24)) & _MASK
    return a, b, c


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
