"""What is rejected as things stand, told by key to whoever compares: the state does not hold it for a known reason."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from upstate.catalog import SyncObject
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import table_of_keys

# Of an object; where there are more, to look for each by its key costs more than it saves, and none is told.
MOST_TOLD = 10_000


Verdicts = Mapping[tuple[str | None, ...], str]


@database_errors()
def known_verdicts(connection: Connection, obj: SyncObject, district: int, school_year: int | None) -> Verdicts:
    """The verdicts of the district's records that have an open rejection, by key as texts; none where there are too
    many. DatabaseError where the hub is gone."""
    values = {"district": district, "object": obj.name, "school_year": school_year, "most": MOST_TOLD + 1}
    rows = connection.execute(statement("rejected_keys"), values).fetchall()
    return {} if len(rows) > MOST_TOLD else {tuple(key): verdict for key, verdict in rows}


def rejected_keys(connection: Connection, obj: SyncObject, district: int, school_year: int | None) -> pa.Table:
    """The keys of those records, a column of texts for each part."""
    return table_of_keys(obj.key, known_verdicts(connection, obj, district, school_year))
