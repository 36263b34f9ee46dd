"""Who is told that a resync ended, failed or stands still: the right people, each exactly once."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from tests.waiting import wait_until
from tests.web.conftest import World
from tests.web.test_worker import placed, workers


@pytest.fixture(autouse=True)
def _nothing_to_tell(world: World) -> None:
    """What the world itself sent is old news."""
    from upstate.hub.models import Resync

    long_ago = datetime.now(UTC) - timedelta(days=1)
    Resync.objects.update(finished_at=long_ago, noticed_at=long_ago)


def alerts() -> list[tuple[str, str, bool]]:
    """Who was told what, and whether by mail."""
    from upstate.hub.models import Alert

    rows = Alert.objects.order_by("person__name", "name").values_list("person__name", "name", "by_mail")
    return [(who, name, by_mail) for who, name, by_mail in rows]


def end(resync: int, state: str = "finished") -> None:
    """Let a resync come to its end without running it."""
    from upstate.hub.models import Order, Resync

    now = datetime.now(UTC)
    settled = {"finished": "landed", "failed": "failed"}[state]
    Order.objects.filter(resync=resync).update(state=settled, finished_at=now, created=3, failed=1)
    Resync.objects.filter(id=resync).update(state=state, started_at=now, finished_at=now)


def at_once(what: Any, times: int = 4) -> list[int]:
    """Do something in several threads at the same moment; what each says."""
    start, said = threading.Barrier(times), []

    def one() -> None:
        start.wait()
        said.append(what())
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_whoever_pressed_send_is_told_once_however_many_workers_there_are(world: World) -> None:
    from upstate.hub.models import Alert
    from upstate.hub.notices import tell_of_ended

    resync = placed("Lakeside", "Enrollment")
    assert tell_of_ended() == 0
    end(resync)
    assert sum(at_once(tell_of_ended)) == 1
    assert alerts() == [("Dana", "Resync Finished", True)]
    told = Alert.objects.get()
    assert told.address == f"/d/{world.lakeside}/history/{resync}/"
    assert "7 objects" in told.text
    assert "28 records processed, 7 errors" in told.text
    assert tell_of_ended() == 0


def test_the_notice_comes_in_the_page_and_by_mail_when_workers_ran_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from upstate.hub.models import Alert

    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    monkeypatch.setattr(mail, "outbox", [], raising=False)
    resync = placed("Lakeside", "School")
    with workers(world, 2):
        wait_until(lambda: Alert.objects.filter(mailed_at__isnull=False).exists())
    assert alerts() == [("Dana", "Resync Finished", True)]
    (sent,) = mail.outbox
    assert sent.to == ["dana@lakeside.example"]
    assert sent.subject == "Resync State Data: Resync Finished"
    assert f"http://127.0.0.1:8642/d/{world.lakeside}/history/{resync}/" in sent.body


def test_a_failure_is_told_to_those_with_the_right_and_mailed_to_who_can_send_again(world: World) -> None:
    from upstate.hub.notices import tell_of_ended

    end(placed("Lakeside", "School"), "failed")
    tell_of_ended()
    assert alerts() == [
        ("Dana", "Resync Failed", True),
        ("Rhea", "Resync Failed", False),
        ("Sam", "Resync Failed", False),
    ]


def test_a_notice_that_is_undone_is_told_by_the_next_worker(world: World) -> None:
    from django.db import transaction

    from upstate.hub.notices import tell_of_ended

    end(placed("Lakeside", "School"))

    def ends_before_it_commits() -> None:
        with transaction.atomic():
            assert tell_of_ended() == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ends_before_it_commits()
    assert alerts() == []
    assert tell_of_ended() == 1
    assert alerts() == [("Dana", "Resync Finished", True)]


def test_a_request_of_the_state_is_told_of_once_when_the_last_district_has_ended(world: World) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import Alert, Person
    from upstate.hub.notices import tell_of_ended
    from upstate.hub.requests import Wanted, place_request

    due = (datetime.now(UTC) + timedelta(days=7)).date()
    wanted = Wanted((world.lakeside, world.riverton), ("School",), "It is needed.", due)
    request = place_request(catalog_in_force(), wanted, Person.objects.get(name="Sam"), uuid.uuid4())
    Alert.objects.all().delete()
    one, two = request.districts.order_by("id").values_list("resync", flat=True)
    end(one)
    tell_of_ended()
    assert alerts() == []
    end(two, "failed")
    at_once(tell_of_ended)
    assert [each for each in alerts() if each[0] == "Sam"] == [
        ("Sam", "Resync Failed", False),
        ("Sam", "State Resync Failed", True),
    ]
    assert "1 finished, 1 failed" in Alert.objects.get(name="State Resync Failed").text


def still(resync: int, minutes: int) -> None:
    """Let everything of a resync have happened so long ago."""
    from upstate.hub.models import Order, Resync

    then = datetime.now(UTC) - timedelta(minutes=minutes)
    Resync.objects.filter(id=resync).update(placed_at=then, started_at=then, state="running")
    Order.objects.filter(resync=resync, position=0).update(state="reading", started_at=then)


def test_a_stall_is_told_once_until_it_moves_and_stands_still_again(world: World) -> None:
    from upstate.hub.models import Alert, Batch, Order, Resync
    from upstate.hub.stalls import tell_of_stalls

    resync = placed("Lakeside", "School")
    still(resync, 14)
    assert tell_of_stalls() == 0
    still(resync, 16)
    assert sum(at_once(tell_of_stalls)) == 1
    assert alerts() == [
        ("Dana", "Resync Stands Still", True),
        ("Rhea", "Resync Stands Still", False),
        ("Sam", "Resync Stands Still", True),
    ]
    assert tell_of_stalls() == 0
    # it moves: a batch comes; and then nothing again
    then = datetime.now(UTC) - timedelta(minutes=20)
    Resync.objects.filter(id=resync).update(stall_told_at=then - timedelta(minutes=1))
    order = Order.objects.get(resync=resync, position=0)
    Batch.objects.create(order=order, number=0, records=1, digest=b"d", payload=b"p", received_at=then)
    Alert.objects.all().delete()
    assert tell_of_stalls() == 1
    Batch.objects.update(received_at=datetime.now(UTC))
    Resync.objects.filter(id=resync).update(stall_told_at=None)
    assert tell_of_stalls() == 0


def test_one_that_nobody_begins_stands_still_and_those_behind_it_are_not_counted(world: World) -> None:
    from upstate.hub.models import Alert, Resync
    from upstate.hub.stalls import tell_of_stalls

    placed("Lakeside", "School")
    placed("Lakeside", "Calendar")
    Resync.objects.filter(state="queued").update(placed_at=datetime.now(UTC) - timedelta(hours=1))
    assert tell_of_stalls() == 1
    assert "has not begun, though it is its turn" in Alert.objects.filter(person__name="Dana").get().text


def test_one_whose_turn_has_just_come_does_not_stand_still(world: World) -> None:
    from upstate.hub.models import Resync
    from upstate.hub.stalls import tell_of_stalls

    first, second = placed("Lakeside", "School"), placed("Lakeside", "Calendar")
    Resync.objects.filter(id=second).update(placed_at=datetime.now(UTC) - timedelta(hours=1))
    end(first)
    assert tell_of_stalls() == 0


@pytest.mark.parametrize(("said", "minutes"), [("", 15), ("1", 1), ("10080", 10080)])
def test_the_patience_before_a_stall_is_a_setting(said: str, minutes: int, tmp_path: Path) -> None:
    from upstate.cli.settings import Settings
    from upstate.cli.web_settings import read_web_settings

    web = read_web_settings(Settings(tmp_path, None), {"UPSTATE_STALL_MINUTES": said})
    assert web.settings()["UPSTATE_STALL_MINUTES"] == minutes


@pytest.mark.parametrize("said", ["0", "-5", "soon", "1.5", "10081", "٣"])
def test_a_patience_that_is_no_number_of_minutes_is_one_clear_line(said: str, tmp_path: Path) -> None:
    from upstate.cli.settings import Settings
    from upstate.cli.web_settings import read_web_settings
    from upstate.errors import ConfigError

    with pytest.raises(ConfigError, match="UPSTATE_STALL_MINUTES must be a number of minutes"):
        read_web_settings(Settings(tmp_path, None), {"UPSTATE_STALL_MINUTES": said})
