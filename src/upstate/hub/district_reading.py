"""Records of a district as it holds them now: asked of whoever can open its source, as the hub itself never does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from upstate.catalog import Catalog, SyncObject
from upstate.errors import SourceError
from upstate.hub.districts import KnownDistrict

Key = tuple[str | None, ...]
# of each key every record, column by column as text; None: one that does not fit its columns
Records = Mapping[Key, Sequence[Mapping[str, str | None] | None]]
Reader = Callable[[KnownDistrict, Catalog, SyncObject, int | None, Sequence[Key]], Records]

_readers: list[Reader] = []


def set_reader(reader: Reader) -> None:
    """Say who opens sources for the pages of this process; called once, at its start."""
    _readers[:] = [reader]


def records_at_district(
    district: KnownDistrict, catalog: Catalog, obj: SyncObject, school_year: int | None, keys: Sequence[Key]
) -> Records:
    """What the district holds under these keys; a key it does not have is absent.

    SourceError where that cannot be known from here.
    """
    if not _readers:
        raise SourceError("The district's database cannot be read from here.")
    return _readers[0](district, catalog, obj, school_year, keys)
