"""The districts the hub knows: adding, changing, finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from django.db import transaction

from upstate.catalog import Catalog
from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.postgres import database_errors
from upstate.planning import Zone


@dataclass(frozen=True, slots=True)
class KnownDistrict:
    """A district as the hub knows it. `source_url` may hold a password; `mapping` is a mapping file's text.

    Where `source_url` is empty, an agent of the district's own reads it.
    """

    id: int
    zone_id: int
    zone: Zone
    source_url: str
    mapping: str

    @property
    def remote(self) -> bool:
        """Whether an agent of its own reads it, elsewhere."""
        return not self.source_url

    @property
    def name(self) -> str:
        """What people call it."""
        return self.zone.district


@database_errors()
def add_district(
    catalog: Catalog, name: str, *, source_url: str, mapping: str, school_year: int, edition: str | None
) -> tuple[KnownDistrict, tuple[str, ...]]:
    """Add a district, or change the one of that name; returns it, and the names of what changed (none: all was so).

    A district that is added may send, for the years beside its own, every object that is bound to a year.
    ConfigError where the name is empty. Whether the source can be read is the caller's to check, before.
    """
    name = name.strip()
    if not name:
        raise ConfigError("A district needs a name.")
    bound = sorted(o.name for o in catalog.offered(edition, frozenset()) if o.school_year is not None)
    with transaction.atomic():
        district, is_new = models.District.objects.get_or_create(name=name)
        zone, _ = models.Zone.objects.get_or_create(
            district=district,
            defaults={"school_year": school_year, "edition": edition, "previous_year": bound, "next_year": bound},
        )
        source, _ = models.Source.objects.get_or_create(district=district, defaults={"url": source_url})
        wanted = {
            "source": (source, "url", source_url),
            "mapping": (source, "mapping", mapping),
            "school year": (zone, "school_year", school_year),
            "edition": (zone, "edition", edition),
        }
        changed = []
        for said, (row, field, value) in wanted.items():
            if getattr(row, field) != value:
                setattr(row, field, value)
                changed.append(said)
        if "edition" in changed:
            zone.previous_year = zone.next_year = bound
        zone.save()
        source.save()
    return find_district(name), ("district",) if is_new else tuple(changed)


@database_errors()
def known_district(name: str) -> KnownDistrict | None:
    """The district of that name, upper and lower case alike, or None."""
    rows = {district.name: district for district in _rows()}
    by_folded = {known.casefold(): known for known in rows}
    found = name if name in rows else by_folded.get(name.strip().casefold())
    return None if found is None else _known(rows[found])


def find_district(name: str) -> KnownDistrict:
    """The district of that name, upper and lower case alike; ConfigError names those there are."""
    found = known_district(name)
    if found is None:
        raise ConfigError(f'There is no district "{name}". {_hint(name, [d.name for d in all_districts()])}')
    return found


@database_errors()
def district_of_resync(resync: int) -> KnownDistrict:
    """The district that a resync is of."""
    return _known(models.District.objects.select_related("zone", "source").get(zone__resyncs=resync))


@database_errors()
def district_of_zone(zone: int) -> KnownDistrict:
    """The district whose zone that is."""
    return _known(models.District.objects.select_related("zone", "source").get(zone=zone))


@database_errors()
def all_districts() -> tuple[KnownDistrict, ...]:
    """Every district, by name."""
    return tuple(_known(row) for row in _rows())


@database_errors()
def ever_sent(district: KnownDistrict) -> frozenset[str]:
    """The objects that this district has landed at least once."""
    landed = models.Order.objects.filter(
        resync__zone=district.zone_id, resync__mode__in=("full", "partial"), state="landed"
    )
    return frozenset(landed.values_list("object", flat=True).distinct())


def _rows() -> Iterable[models.District]:
    return models.District.objects.select_related("zone", "source").order_by("name")


def planning_zone(district: models.District) -> Zone:
    """A district's zone as the planner knows it; its row comes with `zone` at hand."""
    zone = district.zone
    other_years = {
        zone.school_year - 1: frozenset(zone.previous_year),
        zone.school_year + 1: frozenset(zone.next_year),
    }
    return Zone(
        district=district.name,
        school_year=zone.school_year,
        edition=zone.edition,
        switches=frozenset(zone.switches),
        other_years=MappingProxyType({year: names for year, names in other_years.items() if names}),
    )


def _known(row: models.District) -> KnownDistrict:
    return KnownDistrict(
        id=row.id,
        zone_id=row.zone.id,
        zone=planning_zone(row),
        source_url=row.source.url,
        mapping=row.source.mapping,
    )


def _hint(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known are: {', '.join(known)}." if known else "Add one with: upstate district add NAME --source URL."
