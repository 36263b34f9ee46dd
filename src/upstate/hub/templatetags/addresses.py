"""Links between pages that keep the district and the school year one is at."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def to(context: template.RequestContext, name: str, **values: Any) -> str:
    """The address of a page of this district; values named q_… become its query, as in `{% to 'errors' q_object=o %}`.

    A school year that is not the zone's own goes along.
    """
    district = context["district"]
    query: dict[str, Any] = {}
    year = context.get("year")
    if year and year != district.zone.school_year:
        query["year"] = year
    path = {"district": district.id}
    for key, value in values.items():
        (query if key.startswith("q_") else path)[key.removeprefix("q_")] = value
    return reverse(name, kwargs=path) + (f"?{urlencode(query, doseq=True)}" if query else "")
