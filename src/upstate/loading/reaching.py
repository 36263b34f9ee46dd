"""A connection to a PostgreSQL of the state's: each statement commits durably, and a peer that is gone is noticed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

# Seconds. A machine whose network is cut says no goodbye: without this, what it held would be held for two hours.
_IDLE, _AGAIN, _TIMES = 10, 5, 3
_SILENT = 1000 * (_IDLE + _AGAIN * _TIMES)
_HERE = {
    "keepalives_idle": _IDLE,
    "keepalives_interval": _AGAIN,
    "keepalives_count": _TIMES,
    "tcp_user_timeout": _SILENT,
}
_THERE = {
    # an acknowledged batch must survive the machine, whatever the server's own setting is
    "synchronous_commit": "on",
    "tcp_keepalives_idle": _IDLE,
    "tcp_keepalives_interval": _AGAIN,
    "tcp_keepalives_count": _TIMES,
    "tcp_user_timeout": _SILENT,
}


def reach(conninfo: str) -> psycopg.Connection[Any]:
    """Connect, outside any transaction; what the address says of keepalives itself stands. The caller closes it."""
    said = conninfo_to_dict(conninfo)
    return psycopg.connect(
        make_conninfo(conninfo, **{name: value for name, value in _HERE.items() if name not in said}),
        autocommit=True,
        application_name="upstate",
        options=" ".join(f"-c {name}={value}" for name, value in _THERE.items()),
    )
