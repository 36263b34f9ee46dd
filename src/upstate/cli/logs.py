"""What the hub's processes say while they run: one line each on standard error, with keys and never with values."""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType

from upstate.errors import ConfigError, UpstateError

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def log_to_stderr(environment: Mapping[str, str] = os.environ) -> None:
    """Write what is worth knowing to standard error; a refused request (404, 403) is not.

    UPSTATE_LOG says how: `text` (the default), or `json`, an object a line. ConfigError for anything else.
    """
    kind = environment.get("UPSTATE_LOG") or "text"
    if kind not in ("text", "json"):
        raise ConfigError("UPSTATE_LOG must be text or json.")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django.security").setLevel(logging.ERROR)


class TextLines(logging.Formatter):
    """A line for people: when, who, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S")

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's own name
        """Where it happened and what kind it was."""
        return "\n".join((*(f"  {place}" for place in places(ei[2])), what_it_was(ei[1])))


class JsonLines(logging.Formatter):
    """A line for programs: one JSON object with `at`, `level`, `from`, `says`, the record's own keys, and the error."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, on one line."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "thread": record.threadName,
            "says": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD and _is_key(value)},
        }
        if record.exc_info:
            said |= {"error": what_it_was(record.exc_info[1]), "where": list(places(record.exc_info[2]))}
        return json.dumps(said, ensure_ascii=False)


def what_it_was(error: BaseException | None) -> str:
    """The kind of an error and of what caused it. What others write into their messages may be a record's values."""
    said = []
    while error is not None:
        state = getattr(error, "sqlstate", None)
        ours = isinstance(error, UpstateError) and error.__cause__ is None
        own = f": {error}" if ours else ""
        said.append(type(error).__name__ + (f" ({state})" if state else "") + own)
        error = error.__cause__
    return ", from ".join(said)


def places(trace: TracebackType | None) -> Iterator[str]:
    """The calls that led to an error, outermost first, without the source lines."""
    for frame in traceback.extract_tb(trace):
        yield f"{frame.filename}:{frame.lineno} in {frame.name}"


def _is_key(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
