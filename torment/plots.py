"""What happens in a round, decided from its seed alone: who is hit when and how, and how bad the weather is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Who = Literal["agent", "hub", "worker", "postgresql"]
How = Literal["kill", "kill a part", "stop"]
"""kill: -9, with all that it started; kill a part: -9 for one of its processes; stop: SIGSTOP, and later SIGCONT."""
Start = Literal["first load", "changes"]
"""first load: the state holds nothing of the district; changes: it holds what it was sent, some of it altered."""

WHO: tuple[Who, ...] = ("agent", "hub", "worker", "postgresql")
_LATEST = 1.6  # of the time that the undisturbed run took: what is hit late is hit while it recovers
_MOST_AWAY = 3.0  # seconds
_PAST_LEASE = (1.2, 2.0)  # times the lease that a stopped process is away, where it is to lose what it holds


@dataclass(frozen=True, slots=True)
class Blow:
    """At so many times the undisturbed run's seconds, one of them is hit, and is back `away` seconds later.

    `part`, from 0 to 1, says which of its processes, where only one is killed.
    """

    at: float
    who: Who
    number: int
    how: How
    away: float
    part: float


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely it is, for one request between agent and hub, that something befalls it."""

    seed: int
    likely: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A round: how the state stands at its start, how many agents and workers there are, the blows in their order."""

    seed: int
    start: Start
    agents: int
    workers: int
    blows: tuple[Blow, ...]
    weather: Weather

    def line(self) -> str:
        """What is to happen, in a line."""
        hits = ", ".join(f"{b.at:.2f} {b.how} {b.who} {b.number} for {b.away:.1f} s" for b in self.blows)
        return (
            f"{self.start}, {self.agents} agents, {self.workers} workers, {self.weather.likely:.0%} bad weather: {hits}"
        )


def undisturbed(start: Start) -> Plot:
    """A round in which nothing happens."""
    return Plot(0, start, 1, 1, (), Weather(0, 0.0))


def plot(seed: int, lease: float) -> Plot:
    """The round of this seed; the same seed gives the same round. `lease` is in seconds."""
    chance = Random(seed)
    agents, workers = chance.choice((1, 1, 2)), chance.choice((1, 2))
    blows: list[Blow] = []
    for _ in range(chance.randint(2, 6)):
        blow = _blow(chance, chance.uniform(0.0, _LATEST), agents, workers, lease)
        blows.append(blow)
        if chance.random() < 0.4:  # again, while it recovers
            blows.append(_blow(chance, blow.at + chance.uniform(0.05, 0.3), agents, workers, lease, blow.who))
    start: Start = "changes" if chance.random() < 0.4 else "first load"
    weather = Weather(chance.getrandbits(32), chance.choice((0.0, 0.05, 0.15, 0.3)))
    return Plot(seed, start, agents, workers, tuple(sorted(blows, key=lambda blow: blow.at)), weather)


def _blow(chance: Random, at: float, agents: int, workers: int, lease: float, who: Who | None = None) -> Blow:
    hit: Who = chance.choice(WHO) if who is None else who
    number = chance.randrange(agents if hit == "agent" else workers if hit == "worker" else 1)
    how: How = chance.choice(("kill", "kill", "stop", "kill a part"))
    away = chance.uniform(0.0, _MOST_AWAY)
    if how == "stop" and hit in ("agent", "worker") and chance.random() < 0.5:
        away = lease * chance.uniform(*_PAST_LEASE)
    return Blow(round(at, 3), hit, number, how, round(away, 2), chance.random())
