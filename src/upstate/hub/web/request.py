"""A request as our views get it, once `needs` has let it in."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from upstate.hub.models import District, Person


class Request(HttpRequest):
    """A request of someone who may; `district` and `year` are set where the address names a district.

    `year` is the school year the page is about: the zone's own, or the one beside it that `?year=` names.
    """

    user: Person
    htmx: HtmxDetails
    district: District
    year: int
