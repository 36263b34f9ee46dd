"""Agents: whether each is there, what it has to do, what it said; to each only their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_worker import placed

As = Callable[[str], Client]


def test_an_agent_is_there_not_seen_of_late_or_was_never_seen(world: World, as_person: As) -> None:
    from upstate.hub.agents import note_seen
    from upstate.hub.models import Agent

    sam = as_person("sam")
    assert words(sam.get("/agents/").text).count("never seen") == 2
    note_seen([world.lakeside, world.riverton], "in-process on hub-1", "9.9")
    Agent.objects.filter(district=world.riverton).update(seen_at=datetime.now(UTC) - timedelta(minutes=5))
    page = sam.get("/agents/").text
    assert faults(page) == []
    said = words(page)
    assert "Lakeside there" in said
    assert "Riverton not seen of late" in said
    assert "in-process on hub-1 9.9" in said


def test_a_district_sees_its_own_agent_alone(world: World, as_person: As) -> None:
    said = words(as_person("dana").get("/agents/").text)
    assert "Lakeside" in said
    assert "Riverton" not in said


def test_the_queue_says_what_waits_and_what_runs_and_is_drawn_alone_for_a_live_page(
    world: World, as_person: As
) -> None:
    from upstate.hub.models import Order, Resync

    resync = placed("Lakeside", "Enrollment")
    Resync.objects.filter(id=resync).update(state="running")
    orders = Order.objects.filter(resync=resync)
    orders.filter(position=0).update(state="landed", finished_at=datetime.now(UTC))
    orders.filter(position=1).update(state="delivered", batches=1, records=12)
    orders.filter(position=2).update(state="reading", records=1234, started_at=datetime.now(UTC))
    dana = as_person("dana")
    part = dana.get(f"/d/{world.lakeside}/agent/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    said = words(part)
    names = list(orders.order_by("position").values_list("object", flat=True))
    assert f"{names[0]} {resync}" not in said
    assert f"{names[1]} {resync} Dana waiting to land 12" in said
    assert f"{names[2]} {resync} Dana being read 1,234" in said
    assert f"{names[3]} {resync} Dana waiting 0" in said
    assert faults(dana.get(f"/d/{world.lakeside}/agent/").text) == []
    row = words(as_person("sam").get("/agents/").text)
    assert f"{len(names) - 3} 1 1" in row


def test_the_log_is_there_newest_first_with_what_went_wrong_marked(world: World, as_person: As) -> None:
    from upstate.hub.agents import note_line

    note_line(world.lakeside, "Began a resync of 3 objects.", resync=world.resync)
    note_line(world.lakeside, "The source was lost.", went_wrong=True)
    note_line(world.riverton, "Nobody else reads this.")
    page = as_person("rhea").get(f"/d/{world.lakeside}/agent/").text
    assert page.index("The source was lost.") < page.index("Began a resync of 3 objects.")
    assert 'aria-label="Went wrong"' in page
    assert "Nobody else reads this." not in page
