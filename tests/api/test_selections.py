"""Selective syncs for scripts: the list of them, and forgetting what one was asked for."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.conftest import Caller, line_of
from tests.waiting import wait_until
from tests.web.conftest import World
from tests.web.test_worker import state_of, workers

Callers = Callable[[str], Caller]


def test_selections_are_listed_newest_first_and_forgotten_once_they_have_ended(world: World, caller: Callers) -> None:
    dana, path = caller("dana"), f"/districts/{world.lakeside}/selections"
    first, second = world.selection, world.selection
    page = dana.get(path, limit=1)
    assert [each["resync"] for each in page["selections"]] == [second]
    (line,) = dana.get(path, limit=1, **{"from": page["next"]})["selections"]
    told = {name: line[name] for name in ("resync", "asked_by", "state", "object", "records", "by_id", "not_there")}
    assert told == {
        "resync": first,
        "asked_by": "Dana",
        "state": "queued",
        "object": "District",
        "records": 1,
        "by_id": False,
        "not_there": None,
    }
    line_of(dana.call("delete", f"{path}/{first}"), 400)
    with workers(world):
        wait_until(lambda: state_of(second) == "finished")
    assert [each["not_there"] for each in dana.get(path)["selections"]] == [1, 1]
    assert dana.call("delete", f"{path}/{first}").status_code == 204
    line_of(dana.call("delete", f"{path}/{first}"), 404)
    assert [each["resync"] for each in dana.get(path)["selections"]] == [second]
    assert first in [each["resync"] for each in dana.get(f"/districts/{world.lakeside}/history")["resyncs"]]
