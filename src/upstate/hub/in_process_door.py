"""The door of a resync for an agent that runs in the hub's own process, as `upstate resync` and the worker have it."""

from __future__ import annotations

from upstate.catalog import Catalog
from upstate.hub.backlog import Backlog
from upstate.hub.comparing_ahead import ComparingAhead
from upstate.hub.desk import Desk
from upstate.hub.postgres import connect


class InProcessDoor(Desk):
    """The door of one resync for an agent in this process, over connections of its own; several threads may ask."""

    def __init__(self, database_url: str, resync: int, catalog: Catalog, backlog: Backlog | None = None) -> None:
        backlog = Backlog() if backlog is None else backlog
        comparing = ComparingAhead(database_url, catalog, resync)
        super().__init__(connect(database_url), comparing, resync, catalog, backlog)
        for order, delivered, size in self._rows("kept_bytes", resync=resync):
            backlog.add(order, size)
            if delivered:
                backlog.delivered(order)

    def __enter__(self) -> InProcessDoor:
        """The door itself; leaving closes its connections."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the door's connections; what was kept stays."""
        self._connection.close()
        self._comparing.close()
