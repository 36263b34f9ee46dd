"""What stands in the navigation: one row a page, shown only to those who may; drawn once for all who may the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from upstate.hub.models import District, Person
from upstate.hub.rights import may, may_anywhere


@dataclass(frozen=True, slots=True)
class Row:
    """A page in the navigation: its title, its url name, and the right that shows it (None: anyone signed in).

    `also` are url names of pages under it, for which it is marked as the current one too.
    """

    title: str
    url: str
    right: str | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A row as it is drawn."""

    title: str
    href: str
    current: bool


# pages of one district, under /d/<district>/
OF_DISTRICT: Final = (
    Row("Overview", "overview", "batch.view"),
    Row("Resync State Data – Batch", "batch", "batch.view", also=("batch_confirm", "batch_send")),
    Row(
        "Selective Sync",
        "selective",
        "selective.view",
        also=("selective_confirm", "selective_send", "selective_run"),
    ),
    Row(
        "Error Log",
        "errors",
        "errors.view",
        also=("errors_policy", "errors_held", "errors_all", "errors_record", "errors_heal", "errors_clear"),
    ),
    Row(
        "Verification Summary",
        "verifications",
        "verification.view",
        also=("verification", "verification_start", "verification_compare", "verification_differences"),
    ),
    Row("Leftovers", "leftovers", "leftovers.view", also=("leftovers_of", "leftovers_decide")),
    Row("Batch history", "history", "batch.view", also=("history_run", "history_compare")),
    Row("State requests", "district_requests", "batch.view"),
    Row("Agent", "agent", "agents.view"),
)

# pages that are about no one district
OF_ALL: Final = (
    Row("Districts", "districts", None),
    Row("Process Alerts", "alerts", "alerts.view"),
    Row("The state at a glance", "matrix", "requests.view"),
    Row("Resync State Data (State)", "requests", "requests.view", also=("request", "request_new", "request_place")),
    Row("Verification Summary (State)", "verifications_of_state", "verifications.view", also=("verifications_place",)),
    Row("State settings", "state_settings", "zones.view", also=("state_settings_change",)),
    Row("Zones", "zones", "zones.view", also=("zone", "zone_change", "zones_switch", "zones_switched")),
    Row("Agents", "agents", "agents.view"),
    Row("People", "people", "people.view", also=("person", "person_add", "roles", "role", "role_add")),
    Row("Synchronization Field Settings", "fields", "fields.view"),
    Row("Reasons", "reasons", "errors.view"),
    Row("Audit list", "audit", "people.view"),
    Row("My tokens", "tokens", None, also=("tokens_make", "api_reference")),
)


def navigation(person: Person, here: str, district: District | None, year: int) -> SafeString:
    """The pages that a person may see, those of a district first, as they are drawn; `here` is the one that is shown.

    The addresses in a district keep a school year that is not its zone's own.
    """
    general = tuple(row for row in OF_ALL if row.right is None or may_anywhere(person, row.right))
    if district is None:
        return _drawn(here, general, (), 0, "", "")
    own = tuple(row for row in OF_DISTRICT if row.right is None or may(person, row.right, district.id))
    query = "" if year == district.zone.school_year else f"?year={year}"
    return _drawn(here, general, own, district.id, district.name, query)


@lru_cache(maxsize=1024)
def _drawn(
    here: str, general: tuple[Row, ...], own: tuple[Row, ...], district: int, name: str, query: str
) -> SafeString:
    def link(row: Row, address: str) -> Link:
        return Link(row.title, address, here in (row.url, *row.also))

    context = {
        "links_of": name,
        "district_links": [link(row, reverse(row.url, kwargs={"district": district}) + query) for row in own],
        "general_links": [link(row, reverse(row.url)) for row in general],
    }
    return render_to_string("hub/parts/links.html", context)
