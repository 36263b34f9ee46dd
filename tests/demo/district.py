"""A made-up district to look into: its database, its manifest and its catalog."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from upstate.catalog import Catalog
from upstate.demo import Made, Recipe

RECIPE = Recipe(scale=0.02)


@dataclass(frozen=True)
class District:
    """A made-up district to look into."""

    made: Made
    connection: sqlite3.Connection
    catalog: Catalog

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query, values).fetchall()

    def keys(self, reason: str, object_name: str, column: str | None = None) -> set[str]:
        """The keys of the planted faults with this reason."""
        return {
            key
            for fault in self.made.faults
            if (fault.reason, fault.object) == (reason, object_name) and column in (None, fault.column)
            for key in fault.keys
        }
