"""The rounds: floor and ours take turns on the same data, each from the same state of disk and cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench import floor, ours
from bench.editing import edit
from bench.ours import Resync, state_of
from bench.place import Place, Say
from bench.shipped import Shipped
from bench.spending import account, forget_statements

LOAD, WIRE, AFAR = "first-load", "wire", "afar"  # the last goes with the second
EVERYTHING, CHANGES, CHANGED, VERIFY = "rerun", "changes", "changed", "verify"
EXPERIMENTS = (LOAD, WIRE, EVERYTHING, CHANGES, CHANGED, VERIFY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is measured: how many rounds, which sources ("postgresql", "sqlite"), which experiments."""

    rounds: int
    sources: tuple[str, ...]
    experiments: tuple[str, ...]

    @property
    def reruns(self) -> tuple[str, ...]:
        """The experiments that begin with a state that has everything."""
        return tuple(name for name in EXPERIMENTS if name not in (LOAD, WIRE) and name in self.experiments)


@dataclass(frozen=True, slots=True)
class Load:
    """The floor's first load: seconds in all and by object, processor time, and rows."""

    seconds: float
    cpu: float
    by_object: dict[str, float]
    rows: int


@dataclass(frozen=True, slots=True)
class Read:
    """One sequential read of both sides, in seconds; and its processor time."""

    district: float
    state: float
    cpu: float

    @property
    def seconds(self) -> float:
        """One side after the other."""
        return self.district + self.state


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes to the door and back where everything is sent, and where one record in a thousand changed."""

    everything: int
    changed: int


@dataclass(slots=True)
class Round:
    """What one round measured: the floors, where they were asked for, and ours by experiment and source."""

    floor_load: Load | None = None
    floor_read: dict[str, Read] = field(default_factory=dict)
    ours: dict[str, dict[str, Resync]] = field(default_factory=dict)
    edited: dict[str, int] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)


@dataclass(slots=True)
class Bench:
    """A place to measure in, what is shipped there, who hears of each step, and whether ours is to account for it."""

    place: Place
    tables: Sequence[Shipped]
    say: Say
    profile: bool
    _edited: int = 0

    def measure(self, wanted: Wanted) -> list[Round]:
        """Go through the rounds; within each the steps change places, so that none always follows the same other.

        BenchError where a step fails.
        """
        ours.prepare_hub(self.place)
        rounds = []
        for number in range(wanted.rounds):
            this = Round()
            self.say(f"round {number + 1} of {wanted.rounds}")
            ways = (self._load, self._load_over_https) if WIRE in wanted.experiments else (self._load,)
            loads = [partial(way, this, source) for source in wanted.sources for way in ways]
            if {LOAD, WIRE} & set(wanted.experiments):
                _take_turns([partial(self._floor_load, this), *loads], number)
            elif not number:  # a rerun needs something to run again, once
                _take_turns(loads, number)
                this.ours.clear()
            for source in wanted.sources if wanted.reruns else ():
                reruns = [partial(self._rerun, this, source, experiment) for experiment in wanted.reruns]
                _take_turns([partial(self._floor_read, this, source), *reruns], number)
                if CHANGED in wanted.reruns and not number:
                    self._weigh(this, source)
            rounds.append(this)
        return rounds

    def _floor_load(self, this: Round) -> None:
        floor.prepare_floor(self.place, self.tables)
        self._even_out()
        done, by_object, rows = floor.load(self.place, self.tables)
        this.floor_load = Load(done.seconds, done.cpu, by_object, rows)
        self.say(f"  {LOAD}, floor: {done.seconds:.2f} s")
        self.place.drop_database("floor")

    def _load(self, this: Round, source: str) -> None:
        ours.prepare_state(self.place, source)
        self._even_out()
        self._resync(this, source, LOAD)
        with self.place.connect(state_of(source)) as connection:
            connection.execute("vacuum (analyze)")  # as autovacuum would within a minute

    def _load_over_https(self, this: Round, source: str) -> None:
        ours.prepare_state(self.place, source, ours.WIRE_STATE)
        self._even_out()
        done = ours.resync_over_https(self.place, source)
        this.ours.setdefault(WIRE, {})[source] = done
        self.say(f"  {WIRE}, {source}, ours: {done.run.seconds:.2f} s")
        again = ours.resync_from_afar(self.place, source)
        this.ours.setdefault(AFAR, {})[source] = again
        self.say(f"  {AFAR}, {source}, ours: {again.run.seconds:.2f} s")
        self.place.drop_database(ours.WIRE_STATE)

    def _floor_read(self, this: Round, source: str) -> None:
        self._even_out(source)
        district = floor.read_district(self.place, source, self.tables)
        state = floor.read_state(self.place, state_of(source), self.tables)
        this.floor_read[source] = Read(district.seconds, state.seconds, district.cpu + state.cpu)
        self.say(f"  reading both sides, {source}, floor: {district.seconds:.2f} + {state.seconds:.2f} s")

    def _rerun(self, this: Round, source: str, experiment: str) -> None:
        if experiment == CHANGED:
            this.edited[source] = edit(self.place, source, self.tables, self._edits())
        self._even_out(source)
        if experiment == VERIFY:
            done = ours.verify(self.place, source)
            this.ours.setdefault(experiment, {})[source] = done
            self.say(f"  {experiment}, {source}, ours: {done.run.seconds:.2f} s")
        else:
            self._resync(this, source, experiment)

    def _weigh(self, this: Round, source: str) -> None:
        """Not timed, and the same in every round: what goes over a network, in bytes."""
        edit(self.place, source, self.tables, self._edits())
        changed = ours.carried(self.place, source, everything=False)
        this.carried[source] = Carried(ours.carried(self.place, source, everything=True), changed)

    def _edits(self) -> int:
        """Another number at each call, so that no row is emptied that is empty already."""
        self._edited += 1
        return self._edited

    def _resync(self, this: Round, source: str, experiment: str) -> None:
        if self.profile:
            forget_statements(self.place)
        done = ours.resync(self.place, source, everything=experiment == EVERYTHING)
        this.ours.setdefault(experiment, {})[source] = done
        self.say(f"  {experiment}, {source}, ours: {done.run.seconds:.2f} s")
        for line in account(self.place, source, done) if self.profile else ():
            self.say(line)

    def _even_out(self, source: str | None = None) -> None:
        """Nothing left to write to disk, and everything that will be read in the system's cache."""
        with self.place.connect("upstate") as connection:
            connection.execute("checkpoint")
        self.place.file.read_bytes()
        floor.read_district(self.place, "postgresql", self.tables)
        if source is not None:
            floor.read_state(self.place, state_of(source), self.tables)


def _take_turns(steps: Sequence[Callable[[], None]], first: int) -> None:
    first %= len(steps)
    for step in (*steps[first:], *steps[:first]):
        step()
