"""What people read of a record that did not land: for each built-in reason a message and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upstate.catalog import Column, SyncObject
from upstate.loading.refusing import ADVICE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot become a row: its key as text (null where a part is missing), and why."""

    key: tuple[str | None, ...]
    reason: str
    column: str
    message: str
    advice: str


# reason: (message, advice); {column}, {room} (what the column takes) and {object} are filled in.
INSPECTED: Mapping[str, tuple[str, str]] = {
    "required": ("{column} is empty.", "Give {column} a value: every {object} needs one."),
    "too_long": ("{column} is too long: it takes {room}.", "Shorten {column}."),
    "key_too_long": ("{column} is too long for a key.", "Shorten {column}: a key takes 2000 bytes at most."),
    "unknown_code": ("{column} holds a code that is not in its list.", "Take one of the codes for {column}: {room}."),
    "other_year": ("{column} is not the school year that was asked for.", "Correct {column}, or resync its own year."),
    "not_an_integer": ("{column} is not a whole number.", "Correct {column}: it takes {room}."),
    "not_a_number": ("{column} is not a number.", "Correct {column}: it takes {room}."),
    "not_finite": ("{column} is not a finite number.", "Correct {column}: it takes {room}."),
    "out_of_range": ("{column} is too large or too small.", "Correct {column}: it takes {room}."),
    "too_many_digits": ("{column} has more digits than fit.", "Correct {column}: it takes {room}."),
    "not_a_date": ("{column} is not a date.", "Correct {column}: write it as YYYY-MM-DD."),
    "date_out_of_range": ("{column} is outside the years 1 to 9999.", "Correct the year of {column}."),
    "not_a_time": ("{column} is not a time of day.", "Correct {column}: write it as HH:MM:SS."),
    "not_a_timestamp": ("{column} is not a date with a time.", "Correct {column}: write it as YYYY-MM-DD HH:MM:SS."),
    "has_zone": ("{column} has a time zone.", "Correct {column}: write it without a time zone."),
    "no_zone": ("{column} has no time zone.", "Correct {column}: write it with its time zone, as in 08:30:00-05:00."),
    "not_a_uuid": ("{column} is not a GUID.", "Correct {column}: it takes 32 hexadecimal digits."),
    "not_boolean": ("{column} is neither true nor false.", "Correct {column}: it takes true or false."),
    "not_text": ("{column} is not a text.", "Correct {column}: it takes a text."),
    "not_bytes": ("{column} is not binary data.", "Correct {column}."),
    "not_json": ("{column} is not JSON.", "Correct {column}: it takes a JSON value."),
    "nul_character": ("{column} holds a NUL character.", "Remove the NUL character from {column}."),
    "not_utf8": ("{column} holds characters that are not valid text.", "Type the text of {column} anew."),
}
MOST_KEY_BYTES = 2000
_SHOWN = 60
_MISFIT = ("{column} holds a value that does not fit.", "Correct {column}: it takes {room}.")

# The reasons found among other records; filled in by SQL, where the keys are.
MISSING = "missing_reference"
PARENT_FAILED = "parent_failed"
PARENT_EXCLUDED = "parent_excluded"
VALUE_OF_FAILED = "value_of_failed"
VALUE_OF_EXCLUDED = "value_of_excluded"
DUPLICATE = "duplicate"
DUPLICATE_KEY = "duplicate_key"
REFUSED = "refused_by_database"


def refusal(obj: SyncObject, key: tuple[str | None, ...], reason: str, column: str) -> Refusal:
    """A record that was turned away by itself, in words."""
    return Refusal(shortened(key), reason, column, *words(obj, reason, column))


def words(obj: SyncObject, reason: str, column: str) -> tuple[str, str]:
    """The message and the advice for a reason."""
    message, advice = INSPECTED.get(reason, _MISFIT)
    known = {c.name: c for c in obj.columns}
    room = room_of(known[column]) if column in known else "a value of its type"
    filled = {"column": column, "room": room, "object": obj.name}
    return message.format(**filled), advice.format(**filled)


def refused_by_database(key: tuple[str | None, ...], said: str) -> Refusal:
    """The words for a record that the database cannot hold."""
    return Refusal(shortened(key), REFUSED, "", said, ADVICE)


def shortened(key: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Rejections are found by key, and PostgreSQL's index takes 2704 bytes in all."""
    if sum(len(part.encode()) for part in key if part is not None) <= MOST_KEY_BYTES:
        return key
    return tuple(part if part is None or len(part) <= _SHOWN else part[:_SHOWN] + "…" for part in key)


def room_of(column: Column) -> str:
    """What a column takes, in words."""
    if column.codes is not None:
        shown = list(column.codes)[:12]
        return ", ".join(shown) + (f", … ({len(column.codes)} in all)" if len(column.codes) > len(shown) else "")
    match column.type:
        case "text":
            return f"at most {column.length} characters" if column.length else "text"
        case "integer":
            return "a whole number from -2147483648 to 2147483647"
        case "bigint":
            return "a whole number of at most 18 digits"
        case "decimal":
            whole = (column.precision or 0) - (column.scale or 0)
            return f"a number of at most {whole} digits before and {column.scale} after the point"
        case "double":
            return "a number"
        case "boolean":
            return "true or false"
        case _:
            return f"a {column.type}"
