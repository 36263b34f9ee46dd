"""A worker runs what was asked for on a page: once, whoever else works there, and to the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from tests.waiting import wait_until
from tests.web.conftest import World


def placed(district: str, *objects: str) -> int:
    """Ask for a resync as the page does; its id."""
    from upstate.hub.models import Person
    from upstate.hub.placing_resyncs import queue_resync
    from upstate.hub.planned import plan_resync

    planned = plan_resync(district, objects)
    return queue_resync(planned.plan, planned.district.zone_id, person=Person.objects.get(name="Dana")).id


def state_of(resync: int) -> str:
    from upstate.hub.models import Resync

    return Resync.objects.values_list("state", flat=True).get(id=resync)


@contextmanager
def workers(world: World, count: int = 1) -> Iterator[None]:
    """So many workers, each in a thread, until the block ends."""
    from upstate.cli.working import Worker

    all_ = [Worker(world.url) for _ in range(count)]
    threads = [threading.Thread(target=each.work) for each in all_]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each in all_:
            each.stop()
        for thread in threads:
            thread.join()
        connections.close_all()


def test_a_resync_that_was_asked_for_is_run_to_its_end(world: World) -> None:
    resync = placed("Lakeside", "District")
    assert state_of(resync) == "queued"
    with workers(world):
        wait_until(lambda: state_of(resync) == "finished")
    from upstate.hub.models import AgentEntry, Order

    assert set(Order.objects.filter(resync=resync).values_list("state", flat=True)) == {"landed"}
    said = AgentEntry.objects.filter(resync=resync).order_by("id").values_list("line", flat=True)
    assert list(said) == ["Began a resync of 1 object.", "The resync finished: 1 record, 0 errors."]


def test_the_second_request_of_a_zone_and_year_waits_for_the_first(world: World) -> None:
    first, second = placed("Lakeside", "Enrollment"), placed("Lakeside", "School")
    with workers(world, 2):
        wait_until(lambda: state_of(second) == "finished")
    from upstate.hub.models import Resync

    one, two = Resync.objects.get(id=first), Resync.objects.get(id=second)
    assert one.state == "finished"
    assert one.finished_at is not None
    assert two.started_at is not None
    assert one.finished_at <= two.started_at


def test_two_workers_never_run_the_same_resync_twice(world: World) -> None:
    asked = [placed(district, "School") for district in ("Lakeside", "Riverton") * 3]
    with workers(world, 2):
        wait_until(lambda: all(state_of(each) == "finished" for each in asked))
    from upstate.hub.models import AgentEntry, Order

    assert set(Order.objects.filter(resync__in=asked).values_list("epoch", flat=True)) == {1}
    began = AgentEntry.objects.filter(resync__in=asked, line__startswith="Began").values_list("resync", flat=True)
    assert sorted(began) == asked


def test_what_a_worker_leaves_when_it_is_stopped_another_goes_on_with(world: World) -> None:
    resync = placed("Lakeside", "Enrollment", "Roster", "TestScore")
    with workers(world):
        wait_until(lambda: state_of(resync) == "running")
    assert state_of(resync) in ("running", "finished")
    with workers(world):
        wait_until(lambda: state_of(resync) == "finished")


def test_a_source_that_is_gone_fails_the_resync_with_a_line_that_says_so(world: World) -> None:
    from upstate.hub.models import Order, Source

    Source.objects.filter(district=world.riverton).update(url="/no/such/place.sqlite")
    resync = placed("Riverton", "School")
    with workers(world):
        wait_until(lambda: state_of(resync) == "failed")
    messages = set(Order.objects.filter(resync=resync).values_list("message", flat=True))
    assert len(messages) == 1
    assert "/no/such/place.sqlite" in messages.pop()


def test_a_worker_says_of_every_agent_that_it_is_there(world: World) -> None:
    from upstate.hub.models import Agent

    with workers(world):
        wait_until(lambda: Agent.objects.count() == 2)


def asked_to_verify(district: str, *objects: str) -> int:
    """Ask for a verification as the page does; its id."""
    from upstate.hub.models import Person
    from upstate.hub.planned import plan_resync
    from upstate.hub.verifications import place_verification

    planned = plan_resync(district, objects or None, check_dependencies=False)
    person = Person.objects.get(name="Dana")
    return place_verification(planned.plan, planned.district.zone_id, asked_by=person.name, person=person).id


def verified(number: int) -> str:
    from upstate.hub.models import Verification

    return Verification.objects.values_list("state", flat=True).get(id=number)


def test_a_verification_and_resyncs_take_turns_as_they_were_asked_for(world: World) -> None:
    before = placed("Lakeside", "School")
    number = asked_to_verify("Lakeside", "School", "Calendar")
    after = placed("Lakeside", "School")
    with workers(world, 2):
        wait_until(lambda: state_of(after) == "finished")
    from upstate.hub.models import AgentEntry, Resync, Verification

    found = Verification.objects.get(id=number)
    first, last = Resync.objects.get(id=before), Resync.objects.get(id=after)
    assert (found.state, found.attempts) == ("finished", 1)
    assert first.finished_at <= found.started_at  # type: ignore[operator]
    assert found.finished_at <= last.started_at  # type: ignore[operator]
    assert set(found.verified.values_list("state", flat=True)) == {"compared"}
    assert AgentEntry.objects.filter(line__startswith=f"Verification {number} finished").count() == 1


def test_a_verification_that_a_worker_left_is_begun_anew_and_three_times_at_most(world: World) -> None:
    from upstate.hub.models import Verification, VerifiedObject

    number = asked_to_verify("Lakeside", "School", "Calendar")
    Verification.objects.filter(id=number).update(state="running", attempts=2)
    VerifiedObject.objects.filter(verification=number, object="School").update(state="not compared", message="cut off")
    with workers(world):
        wait_until(lambda: verified(number) == "finished")
    given_up = asked_to_verify("Lakeside", "School")
    Verification.objects.filter(id=given_up).update(state="running", attempts=3)
    with workers(world):
        wait_until(lambda: verified(given_up) == "failed")
    assert VerifiedObject.objects.get(verification=given_up).state == "not compared"


def test_a_source_that_is_gone_fails_the_verification_and_no_object_is_compared(world: World) -> None:
    from upstate.hub.models import Source, VerifiedObject

    Source.objects.filter(district=world.riverton).update(url="/no/such/place.sqlite")
    number = asked_to_verify("Riverton", "School")
    with workers(world):
        wait_until(lambda: verified(number) == "failed")
    row = VerifiedObject.objects.get(verification=number)
    assert row.state == "not compared"
    assert "/no/such/place.sqlite" in row.message
