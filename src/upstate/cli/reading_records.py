"""Some records of a district as its source holds them now, for the pages that show values side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Catalog, SyncObject
from upstate.cli.sources import source_of
from upstate.hub.district_reading import Key, Records
from upstate.hub.districts import KnownDistrict
from upstate.wire import spell


def read_records(
    district: KnownDistrict, catalog: Catalog, obj: SyncObject, school_year: int | None, keys: Sequence[Key]
) -> Records:
    """What the district's source holds under these keys, spelled as keys are; None for a record that does not fit its
    columns. SourceError where it cannot be read."""
    source = source_of(district.source_url, district.mapping, catalog)
    parts = zip(*keys, strict=True) if keys else [[] for _ in obj.key]
    texts = pa.table({name: pa.array(list(part), pa.string()) for name, part in zip(obj.key, parts, strict=True)})
    found: dict[Key, list[Mapping[str, str | None] | None]] = {}
    with source.snapshot() as snapshot:
        for batch in snapshot.select(obj, school_year, Wanted(obj, obj.key, texts)):
            for row in batch.records.to_pylist():
                record = {column.name: spell(column, row[column.name]) for column in obj.columns}
                found.setdefault(tuple(record[name] for name in obj.key), []).append(record)
            for key in batch.misfits.column("key").to_pylist():
                found.setdefault(tuple(key), []).append(None)
    return found
