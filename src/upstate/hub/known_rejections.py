"""What is rejected as things stand, told by key to whoever compares: the state does not hold it for a known reason."""

from __future__ import annotations

import pyarrow as pa

from upstate.catalog import SyncObject
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import table_of_keys

# Of an object; where there are more, to look for each by its key costs more than it saves, and none is told.
MOST_TOLD = 10_000


@database_errors()
def rejected_keys(connection: Connection, obj: SyncObject, district: int, school_year: int | None) -> pa.Table:
    """The keys of the district's records that have an open rejection, as texts; DatabaseError where the hub is gone."""
    values = {"district": district, "object": obj.name, "school_year": school_year, "most": MOST_TOLD + 1}
    rows = connection.execute(statement("rejected_keys"), values).fetchall()
    return table_of_keys(obj.key, () if len(rows) > MOST_TOLD else dict.fromkeys(tuple(key) for (key,) in rows))
