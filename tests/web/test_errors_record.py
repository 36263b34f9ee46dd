"""One record of the Error Log: its values are for those with that right, and clearing it is for those with another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import World
from tests.web.page_text import faults, words

AsPerson = Callable[[str], Client]


def at(world: World, page: str, **query: str) -> Any:
    return reverse(page, kwargs={"district": world.lakeside}, query=query or None)


@pytest.fixture
def known(world: World) -> tuple[str, str]:
    """A student whose row the state holds, with a rejection of today beside it: key, and last name."""
    with psycopg.connect(world.url) as connection:
        key, name = connection.execute(
            "select guid::text, last_name from state.person_identity where district_id = %s and last_name is not null "
            "limit 1",
            (world.lakeside,),
        ).fetchone() or ("", "")
        connection.execute(
            "insert into hub_rejection (district_id, object, key, reason, verdict, message, advice, root_object, "
            "root_key, root_reason, first_seen_id, last_seen_id, first_seen_at, last_seen_at) values (%s, "
            "'PersonIdentity', %s, 'required', 'failed', 'm', 'a', 'PersonIdentity', %s, 'required', %s, %s, now(), "
            "now())",
            (world.lakeside, [key], [key], world.resync, world.resync),
        )
    return key, name


def test_values_are_shown_to_those_with_the_right_and_only_when_asked_for(
    world: World, known: tuple[str, str], as_person: AsPerson
) -> None:
    from upstate.hub.models import AuditEntry

    key, name = known
    plain = at(world, "errors_record", object="PersonIdentity", key=key)
    dana, rhea = as_person("dana"), as_person("rhea")
    for browser in (dana, rhea):
        answer = browser.get(plain)
        assert key in answer.text
        assert name not in words(answer.text).split()
    assert "Show the values" not in rhea.get(plain).text
    assert AuditEntry.objects.filter(action="looked at a record's values").count() == 0
    answer = dana.get(plain + "&values=1")
    assert name in words(answer.text).split()
    assert faults(answer.text) == []
    (entry,) = AuditEntry.objects.filter(action="looked at a record's values")
    assert entry.subject == f"PersonIdentity {key}"
    assert name not in entry.subject
    assert rhea.get(plain + "&values=1").status_code == 403


def test_a_record_the_state_does_not_hold_has_no_values_and_says_so(world: World, as_person: AsPerson) -> None:
    for key in ("no guid at all", "00000000-0000-0000-0000-000000000000", "a|b", "[null]"):
        answer = as_person("dana").get(at(world, "errors_record", object="PersonIdentity", key=key, values="1"))
        assert "The state holds no row of this record." in answer.text


def test_the_values_of_another_districts_record_are_never_shown(world: World, as_person: AsPerson) -> None:
    with psycopg.connect(world.url) as connection:
        row = connection.execute(
            "select guid::text from state.school where district_id = %s", (world.riverton,)
        ).fetchone()
    assert row is not None
    answer = as_person("dana").get(at(world, "errors_record", object="School", key=row[0], values="1"))
    assert "The state holds no row of this record." in answer.text


def biggest_root() -> Any:
    from upstate.hub.models import Root

    return Root.objects.filter(verdict="failed").order_by("-holds")[0]


def clearing(root: Any) -> dict[str, str]:
    return {"record": f"{root.object} {json.dumps(root.key)}"}


def test_clearing_asks_for_a_reason_says_what_goes_with_it_and_is_audited(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import AuditEntry, Rejection

    root, dana = biggest_root(), as_person("dana")
    open_ = Rejection.objects.filter(district=world.lakeside, resolved_at=None, cleared_at=None)
    before, hangs = open_.count(), open_.filter(root_object=root.object, root_key=root.key).count()
    asked = dana.post(at(world, "errors_clear"), clearing(root))
    assert f"{root.holds:,} record" in words(asked.text)
    assert faults(asked.text) == []
    assert open_.count() == before
    assert "Say why" in dana.post(at(world, "errors_clear"), {**clearing(root), "why": " "}).text
    done = dana.post(at(world, "errors_clear"), {**clearing(root), "why": "the school is gone"}, follow=True)
    assert f"Cleared {hangs:,} rejections." in words(done.text)
    assert open_.count() == before - hangs
    assert not open_.filter(root_object=root.object, root_key=root.key).exists()
    cleared = Rejection.objects.filter(cleared_at__isnull=False)
    assert set(cleared.values_list("cleared_by__name", flat=True)) == {"Dana"}
    assert not cleared.exclude(resolved_at=None, resolved_by=None).exists()
    (entry,) = AuditEntry.objects.filter(action="cleared rejections")
    assert entry.subject.endswith(": the school is gone")
    assert entry.subject.startswith(root.object)


def test_what_is_cleared_is_counted_no_more_and_can_be_put_back(world: World, as_person: AsPerson) -> None:
    from upstate.hub.districts import find_district
    from upstate.hub.models import District, Rejection
    from upstate.hub.postgres import connect
    from upstate.hub.reports import outlook, summed_outlook

    root, dana = biggest_root(), as_person("dana")
    district = District.objects.get(id=world.lakeside)
    with connect(world.url) as connection:
        before = summed_outlook(connection, district.id)
        dana.post(at(world, "errors_clear"), {**clearing(root), "why": "so"})
        after = summed_outlook(connection, district.id)
        assert after == outlook(connection, find_district("Lakeside"), resync=world.resync)
        assert after.problems == before.problems - 1
        dana.post(at(world, "errors_put_back"), clearing(root))
        assert summed_outlook(connection, district.id) == before
    assert not Rejection.objects.filter(cleared_at__isnull=False).exists()


def test_what_is_cleared_stays_what_the_next_resync_judges_by_and_comes_back_when_met_again(
    world: World, as_person: AsPerson
) -> None:
    from upstate.cli.running import run_resync
    from upstate.hub.models import Rejection
    from upstate.hub.planned import plan_resync

    root = biggest_root()
    as_person("dana").post(at(world, "errors_clear"), {**clearing(root), "why": "so"})
    held = Rejection.objects.filter(root_object=root.object, root_key=root.key).exclude(object=root.object)
    child = held.order_by("object")[0].object
    run_resync(world.url, plan_resync("Lakeside", [child], check_dependencies=False))
    again = held.filter(object=child)
    assert {(each.verdict, each.cleared_at, each.cleared_by) for each in again} == {("blocked", None, None)}
    run_resync(world.url, plan_resync("Lakeside", [root.object], check_dependencies=False))
    own = Rejection.objects.filter(object=root.object, key=root.key)
    assert {(each.resolved_at, each.cleared_at) for each in own} == {(None, None)}


def test_while_a_landing_is_at_work_nothing_is_cleared_and_the_page_says_so(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import Rejection

    with psycopg.connect(world.url) as landing:
        landing.execute("select pg_advisory_xact_lock(hashtext('upstate.landing'), %s)", (world.lakeside,))
        answer = as_person("dana").post(at(world, "errors_clear"), {**clearing(biggest_root()), "why": "so"})
    assert answer.status_code == 400
    assert "just now, so nothing was changed" in words(answer.text)
    assert not Rejection.objects.filter(cleared_at__isnull=False).exists()


def test_another_districts_record_of_the_same_key_is_not_cleared(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import Rejection

    root = biggest_root()
    for row in list(Rejection.objects.filter(root_object=root.object, root_key=root.key)):
        row.pk, row.district_id = None, world.riverton
        row.save()
    as_person("dana").post(at(world, "errors_clear"), {**clearing(root), "why": "so"})
    assert not Rejection.objects.filter(district=world.riverton, cleared_at__isnull=False).exists()


def test_every_reason_that_was_met_stands_on_the_page_of_reasons(world: World, as_person: AsPerson) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import Rejection
    from upstate.loading.wording import INSPECTED

    text = as_person("rhea").get(reverse("reasons")).text
    met = set(Rejection.objects.values_list("reason", flat=True))
    ruled = {rule.reason for obj in catalog_in_force() for rule in obj.rules}
    assert len(met) > 5
    missing = {reason for reason in met | ruled | INSPECTED.keys() if f'id="{reason}"' not in text}
    assert missing == set()
    assert all(rule.advice in words(text) for obj in catalog_in_force() for rule in obj.rules if "'" not in rule.advice)


def test_every_reason_of_an_agent_and_of_the_loader_has_words(world: World) -> None:
    from pathlib import Path

    import upstate
    from upstate.agent.conform.reasons import REASONS
    from upstate.hub.web.pages.reasons import _AMONG
    from upstate.loading import wording

    assert set(REASONS) <= wording.INSPECTED.keys()
    known = {name for name, *_ in _AMONG}
    sql = " ".join(p.read_text() for p in (Path(upstate.__file__).parent / "loading" / "sql").glob("find_*.sql"))
    for reason in ("duplicate", "duplicate_key", "refused_by_database"):
        assert f"'{reason}'" in sql
        assert reason in known
