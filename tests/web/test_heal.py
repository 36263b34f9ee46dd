"""Healing from the Error Log: a root alone, then what it held back, and nothing else; placed once, whoever presses."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.waiting import wait_until
from tests.web.batch_form import change, resyncs
from tests.web.conftest import World
from tests.web.healing import at, confirmed, mend_school, own_source, root_school
from tests.web.page_text import faults, words
from tests.web.test_worker import state_of, workers

from upstate.planning import Counts

As = Callable[[str], Client]


def ended(resync: int) -> bool:
    from upstate.hub.models import Resync

    run = Resync.objects.get(id=resync)
    return run.finished_at is not None and all(each.finished_at for each in run.followers.all())


def test_a_root_goes_alone_and_what_it_held_back_follows_and_the_log_says_what_resolved_it(
    world: World, as_person: As, tmp_path: Path
) -> None:
    from upstate.hub.models import AuditEntry, Hold, Order, Rejection, Resync

    source, root, dana = own_source(world, tmp_path), root_school(), as_person("dana")
    mend_school(source, root.key[0])
    holds = dict(Hold.objects.filter(root_key=root.key).values_list("object", "records"))
    record, before = at(world, "record/", root), resyncs(world)
    assert f"Heal School {root.key[0]}" in dana.get(at(world, "")).text
    assert "Heal…" in words(dana.get(record).text)
    asked = dana.get(at(world, "heal/", root))
    assert faults(asked.text) == []
    said = words(asked.text)
    assert f"once it has landed, {root.holds} records that it holds back follow by themselves" in said
    assert "School 1 first, alone –" in said
    for name, records in holds.items():
        assert f"{name} {records} then 2023-2024" in said
    assert resyncs(world) == before

    answer = dana.post(at(world, "heal/send/"), confirmed(dana, world, root), follow=True)
    number, state, mode, _, objects, who = resyncs(world)[-1]
    assert (state, mode, objects, who) == ("queued", "heal", ["School"], "Dana")
    assert f"Resync {number} sends School {root.key[0]} again. If it lands, {root.holds} records" in words(answer.text)
    assert 'hx-select="#run"' in answer.text
    with workers(world):
        wait_until(lambda: ended(number))
    follower = Resync.objects.get(follows=number)
    assert set(follower.objects_in_order) == set(holds)
    sent = dict(Order.objects.filter(resync=follower).values_list("object", "records"))
    assert sent == holds
    page = dana.get(f"/d/{world.lakeside}/history/{number}/").text
    assert f"School {root.key[0]} landed, and what it held back went on as resync {follower.id}." in words(page)
    assert f"It went on as resync {follower.id}" in words(page)
    assert "hx-get" not in page
    theirs = words(dana.get(f"/d/{world.lakeside}/history/{follower.id}/").text)
    assert f"It goes on from resync {number}" in theirs
    for name in holds:
        assert name in theirs

    assert not Rejection.objects.filter(root_key=root.key, resolved_at=None).exists()
    log = words(dana.get(record).text)
    assert f"by resync {world.resync} Resolved" in log
    assert f"UTC by resync {number}" in log
    assert "Heal…" not in log
    exported = b"".join(dana.get(at(world, "export/") + "?standing=resolved")).decode("utf-8-sig")
    by = {row["object"]: row["resolved_by"] for row in csv.DictReader(io.StringIO(exported))}
    assert by == {"School": str(number)} | dict.fromkeys(holds, str(follower.id))
    freed = b"".join(dana.get(at(world, "export/"), {"standing": "resolved", "root": root.key[0]})).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(freed)))) == root.holds
    assert b"".join(dana.get(at(world, "export/"), {"standing": "open", "root": root.key[0]})).count(b"\r\n") == 1
    listed = words(dana.get(at(world, "all/") + "?standing=resolved").text)
    assert f"by resync {follower.id}" in listed
    entry = AuditEntry.objects.get(action="healed a root")
    assert entry.subject == f"resync {number}: School {root.key[0]}, 2023-2024"


def test_a_root_that_still_fails_is_said_and_nothing_else_is_sent(world: World, as_person: As) -> None:
    root, dana = root_school(), as_person("dana")
    dana.post(at(world, "heal/send/"), confirmed(dana, world, root))
    number = resyncs(world)[-1][0]
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    page = words(dana.get(f"/d/{world.lakeside}/history/{number}/").text)
    assert f"School {root.key[0]} did not land, so nothing that it holds back was sent." in page
    assert "type holds a code that is not in its list." in page
    assert resyncs(world)[-1][0] == number


def test_of_two_people_who_press_at_once_one_sends_and_the_other_is_told(world: World, as_person: As) -> None:
    change(
        world,
        "INSERT INTO hub_grant (person_id, role_id, district_id) SELECT person.id, role.id, %s "
        "FROM hub_person AS person, hub_role AS role "
        "WHERE person.name = 'Rhea' AND role.name = 'District administrator'",
        world.lakeside,
    )
    root, before = root_school(), len(resyncs(world))
    pressed = [(as_person(who), confirmed(as_person(who), world, root)) for who in ("dana", "rhea")]
    said: list[str] = []
    gate = threading.Barrier(2)

    def press(browser: Client, form: dict[str, Any]) -> None:
        from django.db import connections

        gate.wait(10)
        said.append(words(browser.post(at(world, "heal/send/"), form, follow=True).text))
        connections.close_all()

    threads = [threading.Thread(target=press, args=each) for each in pressed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(resyncs(world)) == before + 1
    number, who = resyncs(world)[-1][0], resyncs(world)[-1][5]
    told = f"{who} sent School {root.key[0]} already: it is resync {number}. Nothing was sent a second time."
    assert sorted(told in text for text in said) == [False, True]


def test_what_changed_since_it_was_shown_is_shown_again_and_not_sent(world: World, as_person: As) -> None:
    root, dana = root_school(), as_person("dana")
    form, before = confirmed(dana, world, root), resyncs(world)
    change(world, "UPDATE hub_hold SET records = records + 1 WHERE root_key = %s AND object = 'Calendar'", root.key)
    for sent in (form, {**form, "since": "x"}, {**form, "token": ""}):
        answer = dana.post(at(world, "heal/send/"), sent)
        assert answer.status_code == 409
        assert "what this would send is not what you were shown" in words(answer.text)
    assert resyncs(world) == before


def test_a_root_that_was_mended_meanwhile_is_one_line(world: World, as_person: As) -> None:
    root, dana = root_school(), as_person("dana")
    form, before = confirmed(dana, world, root), resyncs(world)
    change(
        world,
        "UPDATE hub_rejection SET resolved_at = now(), resolved_by_id = %s WHERE root_key = %s",
        world.resync,
        root.key,
    )
    change(world, "DELETE FROM hub_hold WHERE root_key = %s", root.key)
    line = f"School {root.key[0]} is mended by resync {world.resync}, and nothing is held back by it."
    assert line in words(dana.get(at(world, "heal/", root), follow=True).text)
    answer = dana.post(at(world, "heal/send/"), form, follow=True)
    assert f"Nothing was sent. {line}" in words(answer.text)
    assert resyncs(world) == before


def test_what_is_no_root_is_told_which_is(world: World, as_person: As) -> None:
    from upstate.hub.models import Rejection

    root, dana = root_school(), as_person("dana")
    blocked = Rejection.objects.filter(root_key=root.key, object="SchoolMonth")[0]
    text = words(dana.get(at(world, "heal/", blocked), follow=True).text)
    assert f"Nothing is wrong with SchoolMonth {blocked.key[0]} itself: it waits for School {root.key[0]}." in text
    assert "Heal…" not in words(dana.get(at(world, "record/", blocked)).text)


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [("School", ["no such key"], 302), ("School", [], 400), ("Nothing", ["1"], 404), ("Enrolment; --", ["1"], 404)],
)
def test_an_unknown_or_tampered_root_sends_nothing(
    name: str, key: list[str], status: int, world: World, as_person: As
) -> None:
    dana, before = as_person("dana"), resyncs(world)
    root = SimpleNamespace(object=name, key=key)
    form = {"object": name, "key": at(world, "", root).split("key=")[1], "token": "0" * 24, "since": "0"}
    assert dana.get(at(world, "heal/", root)).status_code == status
    assert dana.post(at(world, "heal/send/"), {**form, "key": str(key).replace("'", '"')}).status_code == status
    assert resyncs(world) == before


def test_another_districts_root_is_nothing_here_and_who_may_not_send_sees_no_button(
    world: World, as_person: As
) -> None:
    root, before = root_school(), resyncs(world, world.riverton)
    olive = as_person("olive")
    text = words(olive.get(at(world, "heal/", root, world.riverton), follow=True).text)
    assert f"Nothing is open against School {root.key[0]}, and nothing is held back by it." in text
    form = {"object": "School", "key": f'["{root.key[0]}"]', "token": "0" * 24, "since": "0"}
    olive.post(at(world, "heal/send/", district=world.riverton), form)
    assert resyncs(world, world.riverton) == before
    for page in (at(world, ""), at(world, "record/", root)):
        assert "Heal" not in words(as_person("rhea").get(page).text).replace("Health", "")


def test_who_was_signed_out_in_the_middle_comes_back_to_the_confirmation(world: World, as_person: As) -> None:
    root, before = root_school(), resyncs(world)
    page = at(world, "heal/", root)
    out = as_person("out")
    answer = out.post(at(world, "heal/send/"), {"object": "School"}, headers={"referer": f"http://localhost{page}"})
    assert answer.status_code == 302
    signed_in = as_person("dana")
    (back,) = parse_qs(urlsplit(answer.headers["Location"]).query)["next"]
    assert back == page
    assert signed_in.get(back).status_code == 200
    assert resyncs(world) == before


@pytest.mark.parametrize(
    ("own", "followed", "says"),
    [
        (Counts(created=1), Counts(created=2), "School 4 landed, and what it held back went on as resync 9."),
        (Counts(blocked=1), Counts(created=2), "School 4 and what it held back went on as resync 9."),
        (
            Counts(blocked=1),
            Counts(blocked=2),
            "School 4 waits for another record now, and so does what it held back: resync 9 says for which.",
        ),
    ],
    ids=["landed", "in a circle", "waits by now"],
)
@pytest.mark.usefixtures("world")
def test_what_became_of_a_root_that_is_one_no_more(own: Counts, followed: Counts, says: str) -> None:
    from upstate.hub.models import Resync
    from upstate.hub.web.pages.history_runs import RunLine
    from upstate.hub.web.pages.history_some import _said

    def line(number: int, counts: Counts) -> RunLine:
        ended = Resync(id=number, mode="heal", state="finished", finished_at=datetime.now(UTC))
        return RunLine(ended, counts, closed=False, requested=False)

    objects: list[Any] = [SimpleNamespace(state="landed", counts=own)]
    assert _said("School 4", line(8, own), objects, [line(9, followed)]) == says
