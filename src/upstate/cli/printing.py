"""How things look on a terminal and in JSON: one console, numbers, keys, dates, addresses without their passwords."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from upstate.planning import Status

if TYPE_CHECKING:  # a command that prints JSON needs no colours
    from rich.console import Console
    from rich.text import Text

WIDTH = 100  # where there is no terminal to ask

_COLOURS = {
    Status.GREEN: "green",
    Status.YELLOW: "yellow",
    Status.RED: "red",
    Status.GRAY: "bright_black",
    Status.NEVER: "bright_black",
}
_WORDY_PASSWORD = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)", re.IGNORECASE)


def console(*, error: bool = False) -> Console:
    """The console of this process: as wide as the terminal, or 100 columns where there is none."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False, emoji=False, markup=False)


def number(value: int) -> str:
    """12345 as 12,345."""
    return f"{value:,}"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """1 record, 2,231 records."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def key_text(key: Iterable[str | None]) -> str:
    """A key as one text: its parts joined by "|"; a missing part is empty."""
    return "|".join(part if part is not None else "" for part in key)


def local_time(moment: datetime | None) -> str:
    """A moment in this machine's zone, to the minute; a dash for none."""
    return "–" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")


def status_text(status: Status) -> Text:
    """A coloured shape and the word."""
    from rich.text import Text

    return Text(f"{status.shape} {status.word}", style=_COLOURS[status])


def without_password(url: str) -> str:
    """An address as it may be shown: whatever stands for a password becomes ***."""
    if "://" not in url:
        return _WORDY_PASSWORD.sub(r"\1***", url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://***"
    place = parts.netloc
    if "@" in place:
        who, _, host = place.rpartition("@")
        name, colon, _ = who.partition(":")
        place = f"{name}{':***' if colon else ''}@{host}"
    query = re.sub(r"(?i)(password=)[^&]*", r"\1***", parts.query)
    return f"{parts.scheme}://{place}{urlunsplit(parts._replace(scheme='', netloc='', query=query))}"


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def print_json_rows(head: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object whose last member is a list, written row by row so that a million rows take no memory."""
    out = sys.stdout
    out.write(json.dumps(head, ensure_ascii=False, default=_plain)[:-1])
    out.write(f"{', ' if head else ''}{json.dumps(name)}: [")
    separator = "\n"
    for row in rows:
        out.write(separator + json.dumps(row, ensure_ascii=False, default=_plain))
        separator = ",\n"
    out.write("\n]}\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
