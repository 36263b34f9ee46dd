"""Who may do what: rights, roles, grants."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.conftest import World

from upstate.errors import ConfigError


def person(name: str) -> Any:
    from upstate.hub.models import Person

    return Person.objects.get(name=name)


def test_a_role_in_one_district_says_nothing_about_another(world: World) -> None:
    from upstate.hub.rights import belongs, districts_where, may

    dana = person("Dana")
    assert may(dana, "batch.run", world.lakeside)
    assert not may(dana, "batch.run", world.riverton)
    assert not may(dana, "batch.run", None)
    assert districts_where(dana, "batch.run") == frozenset({world.lakeside})
    assert not belongs(dana, world.riverton)


def test_a_role_for_the_state_counts_in_every_district(world: World) -> None:
    from upstate.hub.rights import districts_where, may

    sam = person("Sam")
    assert may(sam, "errors.values", world.lakeside)
    assert may(sam, "requests.place", None)
    assert not may(sam, "batch.run", world.lakeside)
    assert districts_where(sam, "batch.view") is None


def test_a_right_for_the_whole_state_is_worth_nothing_in_a_district(world: World) -> None:
    from upstate.hub.models import District, Role
    from upstate.hub.people import grant
    from upstate.hub.rights import may

    rhea = person("Rhea")
    lakeside = District.objects.get(id=world.lakeside)
    mixed = Role.objects.create(name="mixed", rights=["zones.change", "batch.run"])
    assert grant(rhea, mixed, lakeside)
    assert not grant(rhea, mixed, lakeside)
    assert may(rhea, "batch.run", world.lakeside)
    assert not may(rhea, "zones.change", world.lakeside)
    only_state = Role.objects.create(name="zones alone", rights=["zones.change"])
    with pytest.raises(ConfigError, match="whole state"):
        grant(rhea, only_state, lakeside)


def test_someone_who_is_not_active_may_nothing(world: World) -> None:
    from upstate.hub.rights import belongs, may

    dana = person("Dana")
    dana.is_active = False
    assert not may(dana, "batch.view", world.lakeside)
    assert not belongs(dana, world.lakeside)


def test_a_right_that_does_not_exist_is_a_slip_that_is_told(world: World) -> None:
    from upstate.hub.rights import may

    with pytest.raises(ConfigError, match=r"batch\.runn"):
        may(person("Dana"), "batch.runn", world.lakeside)


def test_every_role_that_comes_with_upstate_holds_rights_that_there_are() -> None:
    from upstate.hub.rights import RIGHTS, ROLES

    assert {right for rights in ROLES.values() for right in rights} <= RIGHTS.keys()


def test_the_cast_is_made_once_and_keeps_its_passwords(world: World) -> None:
    from upstate.hub.models import Grant, Person
    from upstate.hub.people import seed_cast

    again = seed_cast()
    assert {each.password for each in again} == {None}
    assert (Person.objects.count(), Grant.objects.count()) == (4, 4)


def test_an_email_belongs_to_one_person_however_it_is_written(world: World) -> None:
    from upstate.hub.people import add_person

    with pytest.raises(ConfigError, match="someone's already"):
        add_person("Another Dana", "DANA@lakeside.example")


def test_an_alert_reaches_everyone_with_the_right_on_the_sides_that_are_named(world: World) -> None:
    from upstate.hub.alerts import people_with, tell
    from upstate.hub.models import Alert

    names = {
        side: {each.name for each in people_with("alerts.view", world.lakeside, side)}
        for side in ("district", "state", "both")
    }
    assert names == {"district": {"Dana", "Rhea"}, "state": {"Sam"}, "both": {"Dana", "Rhea", "Sam"}}
    tell(people_with("batch.run", world.lakeside), "Resync", "It ended", district=world.lakeside)
    assert list(Alert.objects.values_list("person__name", "name")) == [("Dana", "It ended")]
