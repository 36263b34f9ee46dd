"""What the server itself counted: rows written, and bytes of its log."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.place import Place

_PATIENCE = 10.0  # seconds for the last backend of a step to end, and with that to report what it did


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows inserted, updated or deleted in state tables and in control tables; bytes of write-ahead log."""

    state: int
    control: int
    log: int

    def __sub__(self, earlier: Counted) -> Counted:
        """What was added since."""
        return Counted(self.state - earlier.state, self.control - earlier.control, self.log - earlier.log)


def count(place: Place, database: str) -> Counted:
    """The server's counters for a database, once nobody else is connected to it."""
    with place.connect(database) as connection:
        until = time.monotonic() + _PATIENCE
        while connection.execute(_OTHERS).fetchone() != (0,) and time.monotonic() < until:
            time.sleep(0.02)
        row = connection.execute(_COUNTERS).fetchone()
    assert row is not None
    return Counted(*map(int, row))


_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type <> 'autovacuum worker'
"""
_COUNTERS = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del) filter (where schemaname = 'state'), 0),
    coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del) filter (where schemaname <> 'state'), 0),
    (select wal_bytes from pg_stat_wal)
from pg_stat_user_tables
"""
