"""The database: its encoding, the rights of the role that loads, what is broken or left over in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from upstate.hub.doctor.finding import Finding, good, mind, must_mend
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.loading.comparing import can_digest

_NEAR_WRAPAROUND = 1_500_000_000


@database_errors()
def database_findings(connection: Connection) -> Iterator[Finding]:
    """Of the database that holds the state."""
    ((encoding, age),) = _rows(connection, "doctor_database")
    if encoding != "UTF8":
        yield must_mend(
            "encoding",
            f"The database is in {encoding}: names with other letters cannot land.",
            "Make a new one with ENCODING 'UTF8', and move there.",
        )
    if age > _NEAR_WRAPAROUND:
        yield must_mend(
            "age", f"{age:,} transactions were not frozen: the server will stop to write.", "VACUUM FREEZE;"
        )
    yield from _rights(connection)
    if can_digest(connection):
        yield good("digests", "The database computes digests as the districts do.")
    else:
        yield mind(
            "digests",
            "The database does not compute digests as the districts do: every resync sends everything.",
            "See that no function or cast of your own stands before PostgreSQL's (search_path).",
        )
    yield from _leftovers(connection)


def _rights(connection: Connection) -> Iterator[Finding]:
    ((role, may_make_temporary, may_skip_triggers, foreign),) = _rows(connection, "doctor_rights")
    wrong = []
    if not may_make_temporary:
        wrong.append(
            must_mend(
                "rights",
                f"{role} may not make temporary tables: nothing lands.",
                f"GRANT TEMPORARY ON DATABASE {connection.info.dbname} TO {role};",
            )
        )
    if foreign:
        wrong.append(
            must_mend(
                "rights",
                f"{role} does not own {', '.join(foreign[:3])}{' and others' if len(foreign) > 3 else ''}.",
                f"ALTER TABLE … OWNER TO {role};",
            )
        )
    if not may_skip_triggers:
        wrong.append(
            mind(
                "rights",
                f"{role} may not set session_replication_role: landings are several times as slow.",
                f"GRANT SET ON PARAMETER session_replication_role TO {role};",
            )
        )
    yield from wrong or [good("rights", f"{role} has all it needs.")]


def _leftovers(connection: Connection) -> Iterator[Finding]:
    broken = False
    for kind, name, table in _rows(connection, "doctor_broken"):
        broken = True
        if kind == "index":
            yield must_mend(
                "indexes", f"The index {name} of {table} is invalid.", f"REINDEX INDEX CONCURRENTLY {name};"
            )
        elif kind == "constraint":
            mend = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"
            yield mind("constraints", f"{name} of {table} was never held against the rows that are there.", mend)
        elif kind == "trigger":
            mend = f"ALTER TABLE {table} ENABLE TRIGGER {name};"
            yield must_mend("triggers", f"The trigger {name} of {table} is switched off.", mend)
        else:
            yield must_mend(
                "prepared transactions",
                f"The prepared transaction {name} is older than an hour and keeps its locks.",
                f"ROLLBACK PREPARED '{name}'; or COMMIT PREPARED, as whoever made it says.",
            )
    if not broken:
        yield good("indexes", "No index, constraint or trigger is out of order.")


def _rows(connection: Connection, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(statement(name), values).fetchall()
