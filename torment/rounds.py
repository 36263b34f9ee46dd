"""Plays a round: the actors go to work, the blows fall at their moments, and once the resync has ended it is judged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from torment.actors import Cast, Database
from torment.end_state import EndState, end_state
from torment.mischief import Fate
from torment.plots import Plot
from torment.proxy import between
from torment.stage import Stage

PATIENCE = 240.0  # seconds for a resync to end once the last blow has fallen
_LOOK_AGAIN = 0.2
_ANSWER = 5.0  # seconds in which a stopped server does not answer


@dataclass(frozen=True, slots=True)
class Played:
    """A round that ended: how, after how many seconds; what befell requests, how often each refusal was said, who ended
    by itself."""

    end: EndState | None
    seconds: float
    befell: Mapping[str, int]
    refused: Mapping[str, int]
    ended: Mapping[str, int]


def play(stage: Stage, plot: Plot, lasts: float, logs: Path, patience: float = PATIENCE) -> Played:
    """Play a round; `lasts` is how many seconds the undisturbed one took. Its end is None where it never came."""
    resync = stage.resyncs[plot.start]
    url = stage.fresh(plot.start)
    fate = Fate(plot.weather)
    with between(stage.port, fate, stage.authority) as proxy:
        cast = Cast(stage.actors(plot, proxy.address, logs), Database(stage.cluster))
        with cast.on_stage():
            began = time.monotonic()
            for blow in plot.blows:
                time.sleep(max(0.0, began + blow.at * lasts - time.monotonic()))
                cast.hit(blow)
            done = _wait_for_end(url, resync, time.monotonic() + patience)
            seconds = time.monotonic() - began
        stage.cluster.start()
        end = end_state(url, resync) if done else None
        return Played(end, seconds, proxy.befell, proxy.refused, cast.ended())


def _wait_for_end(url: str, resync: int, end: float) -> bool:
    while time.monotonic() < end:
        if _ended(url, resync):
            return True
        time.sleep(_LOOK_AGAIN)
    return False


def _ended(url: str, resync: int) -> bool:
    """Whether the resync has; not, as far as we can see, while the server is away."""
    try:
        with psycopg.connect(url, connect_timeout=int(_ANSWER)) as connection:
            row = connection.execute("select state from hub_resync where id = %s", (resync,)).fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] in ("finished", "failed")


def standing(url: str, resync: int) -> Sequence[str]:
    """How the orders of a resync stand that does not end, a line each that is not settled."""
    query = b"select object, state, epoch, lease_until, message from hub_order where resync_id = %s order by position"
    with psycopg.connect(url) as connection:
        return [str(row) for row in connection.execute(query, (resync,)) if row[1] != "landed"]
