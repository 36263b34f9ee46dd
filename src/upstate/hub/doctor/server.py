"""The server: its version, its settings, its clock, and whether it has connections to spare."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from upstate.hub.doctor.finding import Finding, Level, good, mind, must_mend
from upstate.hub.postgres import Connection, database_errors, statement

_MOST_SECONDS_OFF = 5
_A_WEB_PROCESS = 14  # six views and a pool of eight
# two resyncs at once, each with its reader, its lander, two that fill in ahead of it, its lock and the control tables
_A_WORKER = 16

# setting: what it should be, how much it matters, why, and what to do
_SETTINGS: Final[dict[str, tuple[str, Level, str, str]]] = {
    "fsync": ("on", "mend", "A crash of the machine may lose everything.", "ALTER SYSTEM SET fsync = on"),
    "full_page_writes": (
        "on",
        "mend",
        "A crash of the machine may tear pages.",
        "ALTER SYSTEM SET full_page_writes = on",
    ),
    "autovacuum": ("on", "mend", "In the end nothing can be written.", "ALTER SYSTEM SET autovacuum = on"),
    "statement_timeout": ("0", "mend", "A long landing is cut off.", "ALTER ROLE {role} SET statement_timeout = 0"),
    "transaction_timeout": ("0", "mend", "A long landing is cut off.", "ALTER ROLE {role} SET transaction_timeout = 0"),
    "lock_timeout": ("0", "mend", "A landing gives up before its turn.", "ALTER ROLE {role} SET lock_timeout = 0"),
    "jit": ("off", "mind", "Compiling costs more than it gives here.", "ALTER ROLE {role} SET jit = off"),
}
_LOGGED = (
    "log_parameter_max_length",
    "As statements are logged, records' values stand in the server's log with them.",
    "ALTER ROLE {role} SET log_parameter_max_length = 0",
)
_ROOM = {"max_wal_size": (1024, "Long loads stop for checkpoints.", "ALTER SYSTEM SET max_wal_size = '4GB'")}


@database_errors()
def server_findings(connection: Connection) -> Iterator[Finding]:
    """Of the server as a whole."""
    yield good("version", f"PostgreSQL {connection.info.server_version // 10_000}.")
    yield from _settings(connection)
    yield _clock(connection)
    yield from _connections(connection)


def _settings(connection: Connection) -> Iterator[Finding]:
    names = [*_SETTINGS, *_ROOM, _LOGGED[0]]
    held = {name: (value, unit) for name, value, unit in _rows(connection, "doctor_settings", names=names)}
    role = connection.info.user
    wrong = [
        Finding(f"setting {name}", level, f"{name} is {held[name][0]}: {says}", f"{mend.format(role=role)};")
        for name, (right, level, says, mend) in _SETTINGS.items()
        if name in held and held[name][0] != right
    ]
    name, says, mend = _LOGGED
    if held[name][0] != "0" and _logs_statements(connection):
        wrong.append(mind(f"setting {name}", f"{name} is {held[name][0]}: {says}", f"{mend.format(role=role)};"))
    for name, (least, says, mend) in _ROOM.items():
        if name in held and held[name][1] == "MB" and int(held[name][0]) < least:
            wrong.append(mind(f"setting {name}", f"{name} is {held[name][0]} MB: {says}", f"{mend};"))
    yield from wrong
    if not wrong:
        yield good("settings", "None stands in the way.")


def _logs_statements(connection: Connection) -> bool:
    names = ["log_statement", "log_min_duration_statement", "log_min_duration_sample"]
    held = {name: value for name, value, _ in _rows(connection, "doctor_settings", names=names)}
    return held.get("log_statement", "none") in ("mod", "all") or any(held.get(n, "-1") != "-1" for n in names[1:])


def _clock(connection: Connection) -> Finding:
    before = time.time()
    ((there,),) = _rows(connection, "doctor_clock")
    after = time.time()
    off = max(before - there, there - after, 0.0)
    if off > _MOST_SECONDS_OFF:
        return must_mend(
            "clock",
            f"The clocks of this machine and of the server are {off:,.0f} seconds apart: sessions end at wrong times.",
            "Let both take the time from the same place (NTP).",
        )
    return good("clock", "This machine and the server agree.")


def _connections(connection: Connection) -> Iterator[Finding]:
    ((most, used, idle_long),) = _rows(connection, "doctor_connections")
    if used > most * 0.8:
        yield must_mend(
            "connections",
            f"{used} of {most} connections are taken.",
            "Raise max_connections, or put a pooler in front that keeps sessions.",
        )
    elif most < _A_WEB_PROCESS + _A_WORKER + used:
        yield mind(
            "connections",
            f"{used} of {most} connections are taken; a web process may take {_A_WEB_PROCESS}, a worker {_A_WORKER}.",
            "Raise max_connections before you start more of them.",
        )
    else:
        yield good("connections", f"{used} of {most} are taken.")
    if idle_long:
        yield mind(
            "idle transactions",
            f"{idle_long} transactions have been idle for more than an hour and keep old rows from being cleared.",
            "See pg_stat_activity for whose they are, and end them.",
        )


def _rows(connection: Connection, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(statement(name), values).fetchall()
