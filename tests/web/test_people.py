"""People and roles: who may give what to whom, and that nobody gives more than they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words

As = Callable[[str], Client]


def person(name: str) -> Any:
    """Someone of the cast, asked for anew."""
    from upstate.hub.models import Person

    return Person.objects.get(name=name)


def role(name: str) -> Any:
    """A role by its name."""
    from upstate.hub.models import Role

    return Role.objects.get(name=name)


def grants(name: str) -> set[tuple[str, int | None]]:
    """The roles someone has, and where."""
    return set(person(name).grants.values_list("role__name", "district"))


def give(client: Client, email: str, what: str, where: object, name: str = "Someone New") -> Any:
    """Send the form that gives a role."""
    return client.post("/people/add/", {"email": email, "name": name, "role": role(what).id, "where": where})


def audited() -> list[str]:
    """What was done, newest first."""
    from upstate.hub.models import AuditEntry

    return [f"{e.action}: {e.subject}" for e in AuditEntry.objects.order_by("-id")]


def test_a_district_administrator_adds_someone_who_is_told_by_mail(world: World, as_person: As) -> None:
    from upstate.hub.models import Alert, Person

    dana = as_person("dana")
    answer = give(dana, "Nora@Lakeside.example", "District reader", world.lakeside, "Nora")
    page = dana.get(answer.headers["Location"]).text
    assert faults(page) == []
    assert "nora@lakeside.example" in page
    nora = Person.objects.get(email="nora@lakeside.example")
    assert not nora.has_usable_password()
    assert set(nora.grants.values_list("role__name", "district")) == {("District reader", world.lakeside)}
    told = Alert.objects.get(person=nora)
    assert (told.by_mail, told.address) == (True, "/password/forgotten/")
    assert audited()[:2] == [
        "gave a role: District reader to Nora (nora@lakeside.example)",
        "added a person: Nora (nora@lakeside.example)",
    ]


def test_someone_who_is_there_already_gets_the_role_besides(world: World, as_person: As) -> None:
    sam = as_person("sam")
    give(sam, "DANA@lakeside.example", "District reader", world.riverton)
    assert grants("Dana") == {("District administrator", world.lakeside), ("District reader", world.riverton)}
    page = sam.get(f"/people/{person('Dana').id}/").text
    assert "Give another role" in page
    assert "/people/add/?email=dana%40lakeside.example" in page
    twice = give(sam, "dana@lakeside.example", "District reader", world.riverton)
    assert twice.status_code == 400
    assert "Dana has the role" in words(twice.text)


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("District reader", "@riverton"),
        ("District reader", "state"),
        ("State administrator", "@lakeside"),
        ("State administrator", "state"),
        ("District reader", "9999"),
        ("District reader", ""),
    ],
)
def test_a_district_administrator_gives_neither_elsewhere_nor_more_than_they_have(
    world: World, as_person: As, what: str, where: str
) -> None:
    from upstate.hub.models import Grant, Person

    before = set(Grant.objects.values_list("person", "role", "district"))
    answer = give(as_person("dana"), "new@lakeside.example", what, world.value(where))
    assert answer.status_code == 400
    assert set(Grant.objects.values_list("person", "role", "district")) == before
    assert not Person.objects.filter(email="new@lakeside.example").exists()


def test_the_service_refuses_too_what_the_form_does_not_offer(world: World) -> None:
    from upstate.errors import ConfigError
    from upstate.hub.granting import give_role, set_open, set_role, take_role
    from upstate.hub.models import District, Grant

    dana, lakeside = person("Dana"), District.objects.get(id=world.lakeside)
    sams = Grant.objects.get(person__name="Sam")
    for attempt in (
        lambda: give_role(dana, "x@y.example", "X", role("State administrator"), lakeside),
        lambda: give_role(dana, "x@y.example", "X", role("District reader"), None),
        lambda: take_role(dana, sams.id),
        lambda: set_open(dana, person("Sam"), is_open=False),
        lambda: set_open(dana, person("Olive"), is_open=False),
        lambda: set_open(dana, person("Dana"), is_open=False),
        lambda: set_role(dana, role("District reader"), "District reader", ["batch.run"]),
    ):
        with pytest.raises(ConfigError):
            attempt()


def test_a_role_is_taken_back_and_with_it_what_it_allowed(world: World, as_person: As) -> None:
    rhea = person("Rhea")
    mine = rhea.grants.get()
    signed_in = as_person("rhea")
    assert signed_in.get(f"/d/{world.lakeside}/").status_code == 200
    dana = as_person("dana")
    answer = dana.post(f"/people/{rhea.id}/take/", {"grant": mine.id})
    assert answer.headers["Location"] == "/people/"
    assert "Rhea no longer has the role" in words(dana.get("/people/").text)
    assert signed_in.get(f"/d/{world.lakeside}/").status_code == 404
    assert "took a role: District reader from Rhea" in audited()[0]


def test_another_persons_role_named_in_a_form_is_not_there(world: World, as_person: As) -> None:
    rhea, sams = person("Rhea"), person("Sam").grants.get()
    assert as_person("dana").post(f"/people/{rhea.id}/take/", {"grant": sams.id}).status_code == 404
    assert grants("Sam") == {("State administrator", None)}


def test_the_last_who_may_change_people_for_the_state_stays(world: World, as_person: As) -> None:
    sam = person("Sam")
    browser = as_person("sam")
    browser.post(f"/people/{sam.id}/take/", {"grant": sam.grants.get().id})
    assert "Nobody would be left" in words(browser.get(f"/people/{sam.id}/").text)
    assert grants("Sam") == {("State administrator", None)}
    without = [right for right in role("State administrator").rights if right != "people.change"]
    changed = browser.post(
        f"/roles/{role('State administrator').id}/", {"name": "State administrator", "rights": without}
    )
    assert changed.status_code == 400
    assert "people.change" in role("State administrator").rights


def test_a_closed_account_is_signed_out_at_once_and_opened_again(world: World, as_person: As) -> None:
    rhea = person("Rhea")
    signed_in, dana = as_person("rhea"), as_person("dana")
    dana.post(f"/people/{rhea.id}/open/", {"open": "0"})
    assert signed_in.get(f"/d/{world.lakeside}/").status_code == 302
    assert "Account closed" in words(dana.get(f"/people/{rhea.id}/").text)
    dana.post(f"/people/{rhea.id}/open/", {"open": "1"})
    assert as_person("rhea").get(f"/d/{world.lakeside}/").status_code == 200
    assert audited()[0].startswith("opened an account: Rhea")


def test_a_district_sees_its_own_people_and_only_their_roles_there(world: World, as_person: As) -> None:
    give(as_person("sam"), "dana@lakeside.example", "District reader", world.riverton)
    page = words(as_person("olive").get("/people/").text)
    assert "Olive" in page
    assert "Dana dana@lakeside.example District reader, Riverton open" in page
    for hidden in ("Rhea", "Sam", "District administrator, Lakeside"):
        assert hidden not in page
    assert words(as_person("sam").get("/people/?text=rhea").text).count("@lakeside.example") == 1


def test_a_role_is_made_changed_and_removed_by_the_state(world: World, as_person: As) -> None:
    sam = as_person("sam")
    sam.post("/roles/add/", {"name": "  Sender ", "rights": ["batch.view", "batch.run"]})
    made = role("Sender")
    assert made.rights == ["batch.view", "batch.run"]
    give(sam, "rhea@lakeside.example", "Sender", world.lakeside)
    assert person("Rhea").rights[world.lakeside] >= {"batch.run"}
    sam.post(f"/roles/{made.id}/", {"name": "Sender", "rights": ["batch.view"]})
    assert "batch.run" not in person("Rhea").rights[world.lakeside]
    sam.post(f"/roles/{made.id}/remove/")
    assert "Someone has the role" in words(sam.get(f"/roles/{made.id}/").text)
    sam.post(f"/people/{person('Rhea').id}/take/", {"grant": person("Rhea").grants.get(role=made).id})
    sam.post(f"/roles/{made.id}/remove/")
    assert sam.get(f"/roles/{made.id}/").status_code == 404
    assert audited()[0] == "removed a role: Sender"


@pytest.mark.parametrize(
    "tampered",
    [
        {"name": "", "rights": ["batch.view"]},
        {"name": "   ", "rights": ["batch.view"]},
        {"name": "X", "rights": ["batch.everything"]},
        {"name": "X", "rights": []},
        {"name": "district READER", "rights": ["batch.view"]},
    ],
)
def test_a_tampered_role_is_not_made(world: World, as_person: As, tampered: dict[str, Any]) -> None:
    from upstate.hub.models import Role

    before = Role.objects.count()
    assert as_person("sam").post("/roles/add/", tampered).status_code == 400
    assert Role.objects.count() == before


def test_the_roles_are_shown_as_bundles_of_letters(world: World, as_person: As) -> None:
    page = as_person("dana").get("/roles/").text
    assert faults(page) == []
    assert "District administrator 2 RW RWD RWD RW – RD – RD R R RA" in words(page)
    assert "District reader 1 R R R R – R – R R R –" in words(page)
    assert "Make a role" not in page
