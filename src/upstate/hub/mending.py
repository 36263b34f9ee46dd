"""A root that is to be sent again: found by id or by its record, what will go with it, and placed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.districts import KnownDistrict
from upstate.hub.postgres import database_errors
from upstate.planning import Asked, Plan, plan_asked, plans_freed

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Mending:
    """A root that is to be sent again: what is asked for, its plan, and whether it is open just now."""

    asked: Asked
    plan: Plan
    is_open: bool


@dataclass(frozen=True, slots=True)
class Follower:
    """Records of an object and school year (None: not bound to one) that go once their root has landed.

    Not `offered`: the zone is offered no such object in that year any more, so they stay.
    """

    object: str
    school_year: int | None
    records: int
    offered: bool = True


@database_errors()
def find_root(catalog: Catalog, known: KnownDistrict, number: int, year: int | None = None) -> Mending:
    """The root that a rejection (its own, or one that it holds back) leads to; `number` is the rejection's id.

    PlanError where there is no such rejection, where it is mended and holds nothing back, or cannot be sent.
    """
    found = _of(known).filter(id=number).first()
    see = f"See: upstate errors {known.name} --roots."
    if found is None:
        raise PlanError(f"{known.name} has no root {number}. {see}")
    root, key = found.root_object, tuple(found.root_key)
    if not _open(known, root, key).exists() and not _holds_back(known, root, key):
        by = f" by resync {found.resolved_by_id}" if found.resolved_by_id else ""
        raise PlanError(f"Root {number} is mended{by}, and nothing is held back by it. {see}")
    if root not in catalog:
        raise PlanError(f"{root} is no longer in the catalog, so root {number} cannot be sent.")
    return _mending(catalog, known, root, key, year)


@database_errors()
def root_of_record(catalog: Catalog, known: KnownDistrict, name: str, key: Key) -> Mending:
    """A record, by its key, as the root that it is; `name` is an object of the catalog.

    PlanError where nothing is open against it and it holds nothing back, or where it only waits for another.
    """
    called = f"{name} {said_key(key)}"
    own = _open(known, name, key)
    if not own.filter(root_object=name, root_key=list(key)).exists() and not _holds_back(known, name, key):
        waits = own.first()
        if waits is not None:
            root = f"{waits.root_object} {said_key(waits.root_key)}"
            raise PlanError(f"Nothing is wrong with {called} itself: it waits for {root}. Heal that.")
        mended = _record(known, name, key).filter(resolved_at__isnull=False).order_by("-resolved_at", "-id").first()
        if mended is not None:
            by = f" by resync {mended.resolved_by_id}" if mended.resolved_by_id else ""
            raise PlanError(f"{called} is mended{by}, and nothing is held back by it.")
        raise PlanError(f"Nothing is open against {called}, and nothing is held back by it.")
    return _mending(catalog, known, name, key, None)


@database_errors()
def followers_of(catalog: Catalog, known: KnownDistrict, asked: Asked) -> tuple[Follower, ...]:
    """What a root holds back and what so follows it, in the order it is sent; what cannot be sent comes last."""
    (key,) = asked.keys
    rows = models.Hold.objects.filter(district_id=known.id, root_object=asked.object, root_key=list(key))
    summed = rows.values_list("object", "school_year").annotate(total=Sum("records"))
    left = {(name, year): records for name, year, records in summed}
    sent = [
        Follower(step.object, step.school_year, left.pop((step.object, step.school_year)))
        for plan in plans_freed(catalog, list(left), known.zone)
        for step in plan.steps
        if (step.object, step.school_year) in left
    ]
    stays = sorted(left, key=lambda each: (each[0], each[1] or 0))
    return (*sent, *(Follower(name, year, left[name, year], offered=False) for name, year in stays))


@database_errors()
def healed_since(zone: int, asked: Asked, since: int) -> models.Resync | None:
    """A resync that heals the same root and has not ended, or that was placed after the resync `since`."""
    heals = models.Resync.objects.filter(zone=zone, mode="heal", selection__object=asked.object)
    recent = heals.filter(Q(state__in=["queued", "running"]) | Q(id__gt=since)).select_related("selection")
    keys = [list(key) for key in asked.keys]
    return next((each for each in recent.order_by("-id") if each.selection.asked == keys), None)


def said_key(key: Iterable[str | None]) -> str:
    """A key as people write it."""
    return "|".join(part or "" for part in key)


def _mending(catalog: Catalog, known: KnownDistrict, root: str, key: Key, year: int | None) -> Mending:
    own = _open(known, root, key).order_by("school_year").first()
    if own is not None:
        bound = own.school_year
    else:
        bound = _held(known, root, key).values_list("school_year", flat=True).order_by()[:1].get()
    year = year if catalog[root].school_year is None or bound is None else bound
    asked = Asked(root, (key,), parents=False, heals=True)
    return Mending(asked, plan_asked(catalog, asked, known.zone, year=year), own is not None)


def _of(known: KnownDistrict) -> QuerySet[models.Rejection]:
    return models.Rejection.objects.filter(district_id=known.id)


def _record(known: KnownDistrict, name: str, key: Key) -> QuerySet[models.Rejection]:
    """Every rejection of a record; its years are named, so that one look at the index finds it among a million."""
    year = known.zone.school_year
    years = Q(school_year=None) | Q(school_year__in=range(year - 10, year + 2))
    return _of(known).filter(years, object=name, key=list(key))


def _open(known: KnownDistrict, name: str, key: Key) -> QuerySet[models.Rejection]:
    return _record(known, name, key).filter(resolved_at=None)


def _held(known: KnownDistrict, name: str, key: Key) -> QuerySet[models.Rejection]:
    hanging = _of(known).filter(root_object=name, root_key=list(key), resolved_at=None)
    return hanging.exclude(verdict="failed").exclude(object=name, key=list(key))  # what failed hangs on none


def _holds_back(known: KnownDistrict, name: str, key: Key) -> bool:
    """Whether anything hangs on it; what is cleared off the lists is in no sum, and is held back all the same."""
    summed = models.Hold.objects.filter(district_id=known.id, root_object=name, root_key=list(key))
    return summed.exists() or _held(known, name, key).exists()
