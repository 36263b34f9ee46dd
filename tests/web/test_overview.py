"""A district's first page: it tells of the school year it is about, and agrees with the Batch page."""

from __future__ import annotations

import re
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


def test_it_counts_what_waits_and_runs_as_batch_page_matrix_and_api_do(world: World, as_person: As) -> None:
    from upstate.hub.models import Person, Resync
    from upstate.hub.tokens import make_token

    bearer = {"Authorization": f"Bearer {make_token(Person.objects.get(name='Sam'), 'a test', 1).secret}"}

    def gray() -> tuple[int, int, int, int]:
        overview = words(as_person("sam").get(f"/d/{world.lakeside}/").text)
        batch = as_person("sam").get(f"/d/{world.lakeside}/batch/").text
        told = Client(SERVER_NAME="localhost").get(f"/api/v1/districts/{world.lakeside}/status", headers=bearer).json()
        return (
            int(re.findall(r"(\d+) in progress", overview)[0]),
            len(re.findall(r'id="status-\w+"[^>]*><span class="status status--gray', batch)),
            len(re.findall(r'm--gray"[^>]*#status-', as_person("sam").get("/matrix/").text)),
            sum(each["status"] == "gray" for each in told["objects"]),
        )

    assert gray() == (0, 0, 0, 0)
    resync = placed("Lakeside", "School")
    assert gray() == (2, 2, 2, 2)
    Resync.objects.filter(id=resync).update(state="running")
    assert gray() == (2, 2, 2, 2)
