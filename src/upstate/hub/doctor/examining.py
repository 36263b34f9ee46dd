"""The whole examination, in order; what is looked at later may need what was found good before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from upstate.errors import UpstateError
from upstate.hub.doctor.database import database_findings
from upstate.hub.doctor.finding import Finding, good, must_mend
from upstate.hub.doctor.roles import role_findings
from upstate.hub.doctor.rooms import room_findings
from upstate.hub.doctor.server import server_findings
from upstate.hub.doctor.site import site_findings
from upstate.hub.doctor.tables import moved_findings, reference_findings, table_findings
from upstate.hub.doctor.work import work_findings
from upstate.hub.postgres import Connection, connect
from upstate.hub.readiness import not_ready
from upstate.hub.web.configuration import WebConfiguration

Look = Callable[[Connection], Iterator[Finding]]


def examine(url: str, home: Path, web: WebConfiguration, *, deep: bool = False) -> Iterator[Finding]:
    """Look everything over; changes nothing. `deep` reads every row that refers to another, of every district."""
    yield from site_findings(web, home)
    try:
        connection = connect(url)
    except UpstateError as error:
        yield must_mend("database", error.message, "See that it runs and that UPSTATE_DATABASE_URL is right.")
        return
    looks: tuple[Look, ...] = (server_findings, database_findings, lambda c: room_findings(c, home))
    with connection:
        for look in looks:
            yield from _told(look, connection)
        line = not_ready()
        if line is not None:
            yield must_mend("set up", *_parted(line))
            return
        yield good("set up", "The control tables are current and a catalog is in force.")
        yield from _told(table_findings, connection)
        yield from _told(moved_findings, connection)
        yield from _told(work_findings, connection)
        yield from _told(role_findings, connection)
        if deep:
            yield from _told(reference_findings, connection)


def _told(look: Look, connection: Connection) -> Iterator[Finding]:
    """What a look finds; one that is refused is a finding itself, and the others go on."""
    try:
        yield from look(connection)
    except UpstateError as error:
        yield must_mend(
            look.__name__.removesuffix("_findings").strip("<>"), error.message, "Mend that, then ask again."
        )


def _parted(line: str) -> tuple[str, str]:
    says, _, mend = line.partition(". ")
    return f"{says.rstrip('.')}.", mend or "See the log of PostgreSQL."
