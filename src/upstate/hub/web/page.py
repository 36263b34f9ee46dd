"""What every page is drawn with: who looks, at which district and year, and where they can go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from upstate.hub.models import District, Person
from upstate.hub.rights import may
from upstate.hub.web.home import home_district
from upstate.hub.web.navigation import navigation
from upstate.hub.web.years import years_of


def page(request: HttpRequest) -> Mapping[str, Any]:
    """The context of the base template. Without a district in the address, `may` answers for the whole state."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"person": None, "single_sign_on": _providers()}
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    district: District | None = getattr(request, "district", None)
    if district is None:
        home = home_district(person)
        return {
            "person": person,
            "navigation": navigation(person, here, home, 0 if home is None else home.zone.school_year),
            "may": _asker(person, None),
        }
    year: int = request.year  # type: ignore[attr-defined]
    return {
        "person": person,
        "navigation": navigation(person, here, district, year),
        "district": district,
        "year": year,
        "years": years_of(district.zone),
        "may": _asker(person, district.id),
    }


class _Rights:
    """Answers `{% if may.batch.run %}` in a template."""

    def __init__(self, ask: Callable[[str], bool], tool: str = "") -> None:
        self._ask, self._tool = ask, tool

    def __getitem__(self, name: str) -> Any:
        return self._ask(f"{self._tool}.{name}") if self._tool else _Rights(self._ask, name)


def _asker(person: Person, district: int | None) -> _Rights:
    return _Rights(lambda right: may(person, right, district))


def _providers() -> list[dict[str, str]]:
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", ())
    return [
        {"name": app["name"], "href": reverse("openid_connect_login", kwargs={"provider_id": app["provider_id"]})}
        for app in apps
    ]
