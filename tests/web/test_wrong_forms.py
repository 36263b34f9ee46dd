"""Forms beside the Batch page's: changed by hand, of another district, grown old, or pressed by two at once.

For the Batch page the same stands in test_batch_sending.py; more of requests and zones in their own files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.batch_form import at as batch_at
from tests.web.batch_form import change, confirmed, resyncs
from tests.web.conftest import World
from tests.web.healing import root_school
from tests.web.page_text import faults, words
from tests.web.test_kept_forms import hidden

As = Callable[[str], Client]


def at(world: World, path: str, district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/{path}"


def at_once(*presses: Callable[[], Any]) -> list[str]:
    """What each who presses in the same moment reads afterwards."""
    from django.db import connections

    said: dict[int, str] = {}
    gate = threading.Barrier(len(presses))

    def press(number: int) -> None:
        gate.wait(10)
        said[number] = words(presses[number]().text)
        connections.close_all()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [said[number] for number in range(len(presses))]


def give(world: World, who: str, role: str, district: int | None) -> None:
    change(
        world,
        "INSERT INTO hub_grant (person_id, role_id, district_id) SELECT person.id, role.id, %s "
        "FROM hub_person AS person, hub_role AS role WHERE person.name = %s AND role.name = %s",
        district,
        who,
        role,
    )


# ---- verifications


@pytest.mark.parametrize(
    ("objects", "line"),
    [
        (["AttendanceSDMinute"], "AttendanceSDMinute is offered only in edition SD; Lakeside has edition KY."),
        (["School", "AttendanceSDMinute"], "AttendanceSDMinute is offered only in edition SD"),
        (["School", "Enrolment"], 'There is no object "Enrolment". Did you mean Enrollment?'),
    ],
)
def test_a_verification_of_what_is_not_there_is_not_started_not_even_of_the_rest(
    objects: list[str], line: str, world: World, as_person: As
) -> None:
    from upstate.hub.models import Verification

    answer = as_person("dana").post(at(world, "verifications/start/"), {"object": objects})
    assert (answer.status_code, faults(answer.text)) == (400, [])
    assert f"Nothing was started. {line}" in words(answer.text)
    assert Verification.objects.count() == 1


@pytest.mark.parametrize("district", ["999", "1; DROP TABLE hub_zone", "", "9" * 40])
def test_the_state_compares_no_district_that_is_not_there(district: str, world: World, as_person: As) -> None:
    from upstate.hub.models import Verification

    answer = as_person("sam").post("/verifications/place/", {"district": district}, follow=True)
    assert "Mark the districts that are to be compared." in words(answer.text)
    assert Verification.objects.count() == 1


def test_two_who_ask_for_the_same_verification_at_once_get_one(world: World, as_person: As) -> None:
    from upstate.hub.models import Verification

    give(world, "Rhea", "District administrator", world.lakeside)
    give(world, "Olive", "State administrator", None)
    browsers = [as_person(who) for who in ("dana", "rhea")]
    form = {"object": "School"}
    said = at_once(*(lambda b=b: b.post(at(world, "verifications/start/"), form, follow=True) for b in browsers))
    assert sorted("waits already; it was not placed a second time" in each for each in said) == [False, True]
    browsers = [as_person(who) for who in ("sam", "olive")]
    asked = {"district": [world.riverton]}
    said = at_once(*(lambda b=b: b.post("/verifications/place/", asked, follow=True) for b in browsers))
    assert sorted("Nothing was placed" in each for each in said) == [False, True]
    placed = Verification.objects.filter(state="queued").values_list("zone__district", flat=True)
    assert sorted(placed) == [world.lakeside, world.riverton]


# ---- leftovers


def test_a_removal_of_another_district_cannot_be_decided_under_this_ones_name(world: World, as_person: As) -> None:
    from upstate.hub.models import HeldRemoval, Leftover

    held, form = world.held, {"decision": "approve", "why": "Because."}
    left = Leftover.objects.count()
    for who, district in (("sam", world.riverton), ("olive", world.lakeside), ("olive", world.riverton)):
        answer = as_person(who).post(at(world, f"leftovers/held/{held}/", district), form)
        assert answer.status_code == (403 if (who, district) == ("olive", world.riverton) else 404)
    for wrong in ({"decision": "explode", "why": "Because."}, {"why": "Because."}, {"decision": "approve", "why": ""}):
        answer = as_person("sam").post(at(world, f"leftovers/held/{held}/"), wrong)
        assert (answer.status_code, faults(answer.text)) == (400, [])
    assert as_person("sam").post(at(world, "leftovers/held/999/"), form).status_code == 404
    assert (HeldRemoval.objects.get(id=held).state, Leftover.objects.count()) == ("waiting", left)


def test_of_two_who_decide_on_a_removal_at_once_one_decides(world: World, as_person: As) -> None:
    from upstate.hub.models import AuditEntry, HeldRemoval

    held = world.held
    give(world, "Olive", "State administrator", None)
    path, before = at(world, f"leftovers/held/{held}/"), AuditEntry.objects.count()
    said = at_once(
        lambda: as_person("sam").post(path, {"decision": "discard", "why": "They are open."}, follow=True),
        lambda: as_person("olive").post(path, {"decision": "discard", "why": "I think so too."}, follow=True),
    )
    told = ["waits no more: it is discarded" in each or "so nothing was decided" in each for each in said]
    assert sorted(told) == [False, True]
    assert HeldRemoval.objects.get(id=held).state == "discarded"
    assert AuditEntry.objects.count() == before + 1


# ---- some records, and roots


def looked_over(browser: Client, world: World) -> dict[str, Any]:
    form = {"object": "School", "by": "key", "records": "11111111-1111-1111-1111-111111111111"}
    answer = browser.post(at(world, "selective/confirm/"), form)
    assert answer.status_code == 200
    return hidden(answer.text)


def test_two_who_send_the_same_records_at_once_are_both_heard_and_the_second_is_told_that_it_waits(
    world: World, as_person: As
) -> None:
    give(world, "Rhea", "District administrator", world.lakeside)
    pressed = [(as_person(who), looked_over(as_person(who), world)) for who in ("dana", "rhea")]
    before = {row[0] for row in resyncs(world)}
    said = at_once(*(lambda b=b, f=f: b.post(at(world, "selective/send/"), f, follow=True) for b, f in pressed))
    placed = [row for row in resyncs(world) if row[0] not in before]
    assert sorted(row[5] for row in placed) == ["Dana", "Rhea"]
    first = min(row[0] for row in placed)
    waits = [f"and waits: resync {first} of " in text and "comes first. It begins by itself." in text for text in said]
    assert sorted(waits) == [False, True]


def test_records_and_a_root_that_are_sent_while_a_resync_runs_wait_and_say_so(world: World, as_person: As) -> None:
    dana = as_person("dana")
    dana.post(batch_at(world, "send"), confirmed(dana, world, object="School"))
    running = resyncs(world)[-1][0]
    change(world, "UPDATE hub_resync SET state = 'running', started_at = now() WHERE id = %s", running)
    behind = f"Resync {running} of Dana is running. This one will wait for its turn and begin by itself."
    turn = f"waits: resync {running} of Dana is running. It begins by itself."

    shown = dana.post(
        at(world, "selective/confirm/"), {"object": "School", "by": "key", "records": root_school().key[0]}
    )
    assert behind in words(shown.text)
    sent = dana.post(at(world, "selective/send/"), hidden(shown.text), follow=True)
    assert f"of School is placed and {turn}" in words(sent.text)

    root = {"object": "School", "key": f'["{root_school().key[0]}"]'}
    shown = dana.get(at(world, "errors/heal/"), root)
    assert behind.replace("running.", "running, and 1 other wait.") in words(shown.text)
    sent = dana.post(at(world, "errors/heal/send/"), hidden(shown.text), follow=True)
    assert f"It {turn.replace(' is running.', ' is running and 1 more.')}" in words(sent.text)
    assert [row[1] for row in resyncs(world)[-3:]] == ["running", "queued", "queued"]


# ---- the Error Log


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ('Nothing ["1"]', "None of these is open any more, so nothing was cleared."),
        ('\'; DROP ["1"]', "None of these is open any more, so nothing was cleared."),
        ("School", "Nothing was marked, so nothing was cleared."),
        ("School nonsense", "None of these is open any more, so nothing was cleared."),
        ('School {"a": 1}', "None of these is open any more, so nothing was cleared."),
        ('School [["1"]]', "What was sent is not what this page sends."),
        ('School ["\\u0000"]', "What was sent is not what this page sends."),
    ],
)
def test_a_record_that_nobody_could_mark_clears_nothing(record: str, says: str, world: World, as_person: As) -> None:
    from upstate.hub.models import Rejection

    before = Rejection.objects.filter(resolved_at=None).count()
    form = {"record": record, "why": "None of this is there."}
    answer = as_person("dana").post(at(world, "errors/clear/"), form, follow=True)
    assert says in words(answer.text)
    assert Rejection.objects.filter(resolved_at=None).count() == before > 0


# ---- years


def test_of_two_who_switch_a_year_at_once_one_does(world: World, as_person: As) -> None:
    from upstate.hub.models import YearSwitch, Zone

    give(world, "Olive", "State administrator", None)
    form = {"to": "next", "district": world.lakeside, f"year-{world.lakeside}": "2024", "reason": "It is time."}
    browsers = [as_person(who) for who in ("sam", "olive")]
    said = at_once(*(lambda b=b: b.post("/zones/switched/", form, follow=True) for b in browsers))
    assert sorted("was switched to 2024-2025 meanwhile, so nothing was done" in each for each in said) == [False, True]
    assert Zone.objects.get(district=world.lakeside).school_year == 2025
    assert YearSwitch.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"district": "999", "year-999": "2024"}, "Mark the districts whose year is to be switched."),
        ({"district": "x' OR 1=1"}, "Mark the districts whose year is to be switched."),
        ({"district": "@lakeside", "year-1": "1999"}, "was switched to 2023-2024 meanwhile, so nothing was done"),
        ({"district": "@lakeside"}, "was switched to 2023-2024 meanwhile, so nothing was done"),
        ({"district": "@lakeside", "to": "2030"}, "Mark the districts whose year is to be switched."),
    ],
)
def test_a_switch_that_was_changed_by_hand_switches_nothing(
    form: dict[str, str], says: str, world: World, as_person: As
) -> None:
    from upstate.hub.models import Zone

    sent = {"to": "next", "reason": "Because.", **{name: world.value(value) for name, value in form.items()}}
    answer = as_person("sam").post("/zones/switched/", sent, follow=True)
    assert says in words(answer.text)
    assert set(Zone.objects.values_list("school_year", flat=True)) == {2024}
