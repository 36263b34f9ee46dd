"""The one gate before an operation on a district: rights as on the pages; another district is not there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from upstate.hub.api.bearer import Request
from upstate.hub.districts import KnownDistrict, planning_zone
from upstate.hub.models import District
from upstate.hub.rights import RIGHTS, belongs, may, may_anywhere


def enter(request: Request, number: int, right: str) -> KnownDistrict:
    """The district of an address, for who holds the right there.

    Http404 where the caller has no right at all in it, PermissionDenied where they lack this one.
    """
    person = request.auth.person
    found = District.objects.select_related("zone").filter(id=number, zone__isnull=False)
    district = found.first() if belongs(person, number) else None
    if district is None:
        raise Http404("There is no such district.")
    if not may(person, right, district.id):
        raise PermissionDenied(_missing(right))
    # where a district is read is nobody's business here
    return KnownDistrict(district.id, district.zone.id, planning_zone(district), source_url="", mapping="")


def need_anywhere(request: Request, right: str) -> None:
    """PermissionDenied unless the caller holds the right in some district, or for the state."""
    if not may_anywhere(request.auth.person, right):
        raise PermissionDenied(_missing(right))


def _missing(right: str) -> str:
    return f"Your roles do not include the right to {RIGHTS[right].says}."
