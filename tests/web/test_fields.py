"""Field settings: every field of every object, found by what people type, and its owner changed by the state alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import World
from tests.web.page_text import words

AsPerson = Callable[[str], Client]
CHANGE = {"object": "School", "column": "address", "owner": "state"}


def shown(browser: Client, **query: str) -> set[tuple[str, str]]:
    """Every field on the page, as object and name."""
    text = browser.get(reverse("fields"), query).text
    found = set()
    for name, body in re.findall(r'<details class="fields" id="(\w+)"(.*?)</details>', text, re.DOTALL):
        found |= {(name, field) for field in re.findall(r'<th scope="row" data-label="Field">(\w+)', body)}
    return found


def test_every_field_of_the_catalog_is_there_once(world: World, as_person: AsPerson) -> None:
    from upstate.hub.in_force import catalog_in_force

    catalog = catalog_in_force()
    text = as_person("rhea").get(reverse("fields")).text
    assert shown(as_person("rhea")) == {(obj.name, c.name) for obj in catalog for c in obj.columns}
    assert text.count('<th scope="row" data-label="Field">') == sum(len(obj.columns) for obj in catalog)
    assert all(f'id="{obj.name}"' in text for obj in catalog)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"text": "start date"}, lambda name, field, owner: "start_date" in field),
        ({"text": "enroll"}, lambda name, field, owner: "enroll" in name.lower() or "enroll" in field),
        ({"text": "School"}, lambda name, field, owner: "school" in name.lower() or "school" in field),
        ({"owner": "state"}, lambda name, field, owner: owner == "state"),
        ({"text": "no such field"}, lambda name, field, owner: False),
    ],
)
def test_a_search_shows_what_fits(
    query: dict[str, str], fits: Callable[[str, str, str], bool], world: World, as_person: AsPerson
) -> None:
    from upstate.hub.in_force import catalog_in_force

    expected = {(o.name, c.name) for o in catalog_in_force() for c in o.columns if fits(o.name, c.name, c.owner)}
    assert shown(as_person("dana"), **query) == expected


def test_every_object_is_in_one_area_and_an_area_shows_its_own(world: World, as_person: AsPerson) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.web.pages.fields import areas_of

    catalog = catalog_in_force()
    areas = dict(areas_of(catalog))
    assert sorted(name for names in areas.values() for name in names) == sorted(catalog.objects)
    assert {name for name, _ in shown(as_person("dana"), area="Enrollment")} == set(areas["Enrollment"])
    assert "Roster" in areas["Enrollment"]


def test_the_state_changes_an_owner_and_the_next_run_goes_by_it(world: World, as_person: AsPerson) -> None:
    from upstate.catalog import fingerprint
    from upstate.cli.running import run_resync
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import AuditEntry
    from upstate.hub.planned import plan_resync

    before = fingerprint(catalog_in_force()["School"], {})
    answer = as_person("sam").post(reverse("fields_change"), CHANGE, follow=True)
    assert "School.address belongs to the state" in words(answer.text)
    assert catalog_in_force()["School"].column("address").owner == "state"
    assert fingerprint(catalog_in_force()["School"], {}) != before
    (entry,) = AuditEntry.objects.filter(action="changed the owner of a field")
    assert (entry.who, entry.subject) == ("Sam (sam@state.example)", "School.address: from the district to the state")
    assert "Sam" in words(as_person("dana").get(reverse("fields"), {"text": "address"}).text)
    with psycopg.connect(world.url, autocommit=True) as connection:
        of_lakeside = "from state.school where district_id = %s"
        connection.execute("update state.school set address = 'the state says so'")
        run_resync(world.url, plan_resync("Lakeside", ["School"]))
        said = connection.execute(f"select distinct address {of_lakeside}", (world.lakeside,)).fetchall()
        assert said == [("the state says so",)]
        as_person("sam").post(reverse("fields_change"), {**CHANGE, "owner": "district"})
        run_resync(world.url, plan_resync("Lakeside", ["School"]))
        left = connection.execute(f"select count(*) {of_lakeside} and address = 'the state says so'", (world.lakeside,))
        assert left.fetchone() == (0,)


def test_saying_the_same_again_changes_nothing_and_is_not_audited(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import AuditEntry, FieldOwner

    as_person("sam").post(reverse("fields_change"), {**CHANGE, "owner": "district"})
    assert not FieldOwner.objects.exists()
    assert not AuditEntry.objects.filter(action="changed the owner of a field").exists()


@pytest.mark.parametrize("who", ["dana", "rhea", "olive"])
def test_a_district_changes_no_owner_and_is_offered_none(who: str, world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import FieldOwner

    assert as_person(who).post(reverse("fields_change"), CHANGE).status_code == 403
    assert "Give to the" not in as_person(who).get(reverse("fields")).text
    assert not FieldOwner.objects.exists()


@pytest.mark.parametrize(
    "tampered",
    [
        {"column": "guid"},
        {"object": "Enrollment", "column": "end_year"},
        {"column": "no_such_field"},
        {"object": "NoSuchObject"},
        {"owner": "nobody"},
        {"owner": ""},
    ],
)
def test_a_tampered_form_changes_nothing_and_says_why(
    tampered: dict[str, str], world: World, as_person: AsPerson
) -> None:
    from upstate.hub.models import FieldOwner

    answer = as_person("sam").post(reverse("fields_change"), {**CHANGE, **tampered}, follow=True)
    assert "usa-alert--error" in answer.text
    assert not FieldOwner.objects.exists()


def test_an_owner_of_a_field_that_is_gone_from_the_catalog_is_passed_over(world: World, as_person: AsPerson) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import FieldOwner

    FieldOwner.objects.create(object="School", column="gone", owner="state")
    FieldOwner.objects.create(object="Gone", column="guid", owner="state")
    FieldOwner.objects.create(object="School", column="guid", owner="state")
    assert catalog_in_force()["School"].column("guid").owner == "district"
    assert as_person("dana").get(reverse("fields")).status_code == 200
