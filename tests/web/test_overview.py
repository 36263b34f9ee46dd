"""A district's first page: it tells of the school year it is about, and agrees with the Batch page."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words
from tests.web.test_worker import placed

As = Callable[[str], Client]


def test_it_tells_of_the_year_it_is_about(world: World, as_person: As) -> None:
    dana = as_person("dana")
    own = words(dana.get(f"/d/{world.lakeside}/").text)
    assert "How the objects stand in 2023-2024" in own
    assert "The last resync started" in own
    before = words(dana.get(f"/d/{world.lakeside}/?year=2023").text)
    assert "How the objects stand in 2022-2023" in before
    assert "Nothing was sent for this school year." in before


def test_it_counts_what_runs_as_the_batch_page_does(world: World, as_person: As) -> None:
    from upstate.hub.models import Resync

    dana = as_person("dana")
    resync = placed("Lakeside", "School")
    assert "0 in progress" in words(dana.get(f"/d/{world.lakeside}/").text)
    Resync.objects.filter(id=resync).update(state="running")
    assert "2 in progress" in words(dana.get(f"/d/{world.lakeside}/").text)
