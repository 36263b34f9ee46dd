"""A rehearsal: everything a resync does, in one transaction that is rolled back; what it came to is kept apart."""

from __future__ import annotations

from dataclasses import asdict

from psycopg.types.json import Jsonb

from upstate.catalog import Catalog
from upstate.errors import FencedError
from upstate.hub.backlog import Backlog
from upstate.hub.districts import KnownDistrict
from upstate.hub.landing_loop import land_ready
from upstate.hub.postgres import Connection, connect, database_errors, statement
from upstate.hub.removals import rehearse_removal, removal_of
from upstate.hub.reports import outlook, roots
from upstate.loading.rehearsing import nothing_written, rehearse
from upstate.loading.task import Task


def rehearse_all(
    connection: Connection, database_url: str, resync: int, district: KnownDistrict, catalog: Catalog, backlog: Backlog
) -> None:
    """Rehearse the orders of a resync once all of them are read, and keep their counts, rejections' roots and sums.

    Everything that touches the district's rows or rejections happens in transactions that are undone; the district is
    locked for that time, and not while its database is read. Raises as `land_all`; then nothing is kept, and the next
    run begins anew.
    """
    while backlog.reading:
        seen = backlog.news
        if backlog.reading:
            backlog.wait_for_news(seen)
    with connect(database_url) as control, nothing_written(connection, district.id) as holder:

        def rehearsed(_: Connection, task: Task) -> None:
            counts = rehearse(connection, holder, task)
            values = {"order": task.order, "epoch": task.epoch, **asdict(counts)}
            if control.execute(statement("rehearsed"), values).fetchone() is None:
                raise FencedError(f"The order for {task.object.name} is not this rehearsal's any more.")

        land_ready(control, resync, catalog, backlog, rehearsed)
        if backlog.error is None:
            _rehearse_removal(connection, holder, control, resync, district, catalog)
            _keep(connection, control, resync, district)


@database_errors()
def _rehearse_removal(
    rehearsing: Connection,
    holder: Connection,
    control: Connection,
    resync: int,
    district: KnownDistrict,
    catalog: Catalog,
) -> None:
    orders = control.execute(statement("rehearsed_orders"), {"resync": resync}).fetchall()
    if orders:
        names, years, states = zip(*orders, strict=True)
        removal = removal_of(catalog, district.id, resync, names, years)
        rehearse_removal(rehearsing, holder, control, removal, failed=sum(state != "landed" for state in states))


@database_errors()
def _keep(rehearsing: Connection, control: Connection, resync: int, district: KnownDistrict) -> None:
    """Bring what the rolled back rejections say to where it stays."""
    with control.transaction(), control.cursor() as cursor:
        with cursor.copy(statement("keep_rehearsed_root")) as copy:
            for root in roots(rehearsing, district, resync=resync):
                copy.write_row(
                    (
                        resync,
                        root.object,
                        list(root.key),
                        root.reason,
                        root.verdict,
                        root.message,
                        root.advice,
                        root.blocks,
                        Jsonb(dict(root.by_object)),
                    )
                )
        said = outlook(rehearsing, district, resync=resync)
        cursor.execute(statement("keep_rehearsal"), {"resync": resync, **asdict(said)})
