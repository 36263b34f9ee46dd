"""Telling people: a notice to the one who asked, an alert to everyone with a right; by mail as well where due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from upstate.hub import models
from upstate.hub.postgres import database_errors

Side = Literal["district", "state", "both"]


@database_errors()
def people_with(right: str, district: int | None, side: Side = "both") -> list[models.Person]:
    """The active people who hold a right in a district, through a role there, one for the state, or either."""
    grants = models.Grant.objects.filter(role__rights__contains=[right], person__is_active=True)
    if side == "state" or district is None:
        grants = grants.filter(district=None)
    elif side == "district":
        grants = grants.filter(district=district)
    else:
        grants = grants.filter(district=district) | grants.filter(district=None)
    return list(models.Person.objects.filter(id__in=grants.values("person")).order_by("id"))


@database_errors()
def tell(
    people: Iterable[models.Person],
    process: str,
    name: str,
    text: str = "",
    *,
    district: int | None = None,
    address: str = "",
    due_on: date | None = None,
    by_mail: bool = False,
) -> int:
    """Post a line in the process alerts of each of these people; returns how many.

    Call it inside the transaction of what it is about. `address` is a path of the hub. The text is fit for a mail: it
    names objects and counts, never a record's values.
    """
    made = models.Alert.objects.bulk_create(
        models.Alert(
            person=person,
            district_id=district,
            process=process,
            name=name,
            text=text,
            address=address,
            due_on=due_on,
            by_mail=by_mail,
        )
        for person in people
    )
    return len(made)
