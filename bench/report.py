"""What people read: the table of medians and ratios, the memory, the counters; and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.ours import AWAY, Resync
from bench.rounds import AFAR, CHANGED, CHANGES, EVERYTHING, LOAD, VERIFY, WIRE, Round
from bench.watching import Seen

_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
_TITLES = {
    LOAD: "first load",
    WIRE: "first load over HTTPS",
    AFAR: f"changes only, over HTTPS {AWAY * 1000:.0f} ms away",
    EVERYTHING: "rerun, everything sent",
    CHANGES: "rerun, changes only",
    CHANGED: "0.1 % changed",
    VERIFY: "verification",
}
_MIB = 1 << 20


def table(rounds: Sequence[Round], sources: Sequence[str]) -> Iterator[str]:
    """The table's lines: seconds of every round, medians of these and of processor time, ours against the floor."""
    yield _row("", "seconds of each round", "median", "ratio", "records/s", "cpu s")
    floors = [this.floor_load for this in rounds if this.floor_load is not None]
    if floors:
        yield _TITLES[LOAD]
        seconds = [one.seconds for one in floors]
        yield _line("floor: COPY | COPY, primary keys", seconds, floors[0].rows, [one.cpu for one in floors])
        for source in sources:
            here = [this.ours[LOAD][source] for this in rounds]
            yield from _ours(f"ours, from {_NAMES[source]}", here, seconds)
            if WIRE in rounds[0].ours:
                there = [this.ours[WIRE][source] for this in rounds]
                yield from _ours(f"ours, {_NAMES[source]} over HTTPS", there, seconds)
                price = ratio([_itself(one) for one in there], [_itself(one) for one in here])
                yield f"    the wire's price: {price:.2f} times the resync in one process"
                afar = median(_itself(this.ours[AFAR][source]) for this in rounds)
                yield f"    then {_TITLES[AFAR]}: {afar:.2f} s"
    reruns = [experiment for experiment in (EVERYTHING, CHANGES, CHANGED, VERIFY) if experiment in rounds[0].ours]
    for source in sources if reruns else ():
        yield f"again, from {_NAMES[source]}"
        reads = [this.floor_read[source] for this in rounds]
        seconds, records = [one.seconds for one in reads], rounds[0].ours[reruns[0]][source].records
        yield _line("floor: one read of both sides", seconds, records, [one.cpu for one in reads])
        sides = [median(getattr(one, side) for one in reads) for side in ("district", "state")]
        yield f"    of it the district {sides[0]:.2f} s, the state {sides[1]:.2f} s"
        for experiment in reruns:
            done = [this.ours[experiment][source] for this in rounds]
            yield from _ours(f"ours, {_TITLES[experiment]}", done, seconds)


def _ours(name: str, resyncs: Sequence[Resync], floors: Sequence[float]) -> Iterator[str]:
    seconds, cpu = [one.run.seconds for one in resyncs], [one.run.cpu for one in resyncs]
    yield _line(name, seconds, resyncs[0].records, cpu, ratio(seconds, floors))
    yield f"    of it starting Python and the hub, and reporting: {median(one.around for one in resyncs):.2f} s"


def _itself(done: Resync) -> float:
    """Seconds of the resync, without Python's start, which would make the wire look cheaper."""
    return done.run.seconds - done.around


def ratio(ours: Sequence[float], floors: Sequence[float]) -> float:
    """Ours against the floor of the same round, the median of the rounds: what slows the machine slows both."""
    return median(mine / least for mine, least in zip(ours, floors, strict=True))


def _line(name: str, seconds: Sequence[float], records: int, cpu: Sequence[float], ratio_: float = 1.0) -> str:
    middle, rounds = median(seconds), " ".join(f"{s:.2f}" for s in seconds)
    speed = f"{records / middle:,.0f}"
    return _row(f"  {name}", rounds, f"{middle:.2f}", f"{ratio_:.2f}", speed, f"{median(cpu):.2f}")


def _row(name: str, rounds: str, middle: str, ratio_: str, speed: str, cpu: str) -> str:
    return f"{name:<36} {rounds:>24} {middle:>8} {ratio_:>6} {speed:>11} {cpu:>8}"


def memory(rounds: Sequence[Round]) -> Iterator[str]:
    """The most that each kind of process of ours held, over all rounds; how much of it shares no page with others."""
    yield f"{'peak memory of each process of ours':<76} {'MiB':>6} {'private':>8}"
    for experiment, source, done in _by_kind(rounds):
        runs = [one.run.processes for one in done]
        for name in sorted({seen.name for processes in runs for seen in processes}):
            yield _memory_row(f"  {_TITLES[experiment]}, {_NAMES[source]}: {name}", name, runs)


def _memory_row(label: str, name: str, runs: Sequence[Sequence[Seen]]) -> str:
    mine = [seen for processes in runs for seen in processes if seen.name == name]
    most = max(sum(seen.name == name for seen in processes) for processes in runs)
    resident, private = (max(getattr(seen, kind) for seen in mine) / _MIB for kind in ("resident", "private"))
    return f"{label + (f' (the largest of {most})' if most > 1 else ''):<76} {resident:>6.0f} {private:>8.0f}"


def written(rounds: Sequence[Round]) -> Iterator[str]:
    """What the server counted: rows written by each resync, and its log."""
    yield f"{'written, by the server (median)':<44} {'state rows':>14} {'control rows':>14} {'log, MiB':>10}"
    for experiment, source, done in _by_kind(rounds):
        state, control, log = (median(getattr(one.counted, kind) for one in done) for kind in _COUNTED)
        name = f"  {_TITLES[experiment]}, {_NAMES[source]}"
        yield f"{name:<44} {state:>14,.0f} {control:>14,.0f} {log / _MIB:>10.1f}"


_COUNTED = ("state", "control", "log")


def weighed(rounds: Sequence[Round]) -> Iterator[str]:
    """What goes over a network where one record in a thousand changed, against all of it."""
    for source, carried in rounds[0].carried.items():
        share = 100 * carried.changed / carried.everything
        yield (f"on the wire, {_NAMES[source]}: everything {carried.everything / _MIB:.2f} MiB, 0.1 % changed "
               f"{carried.changed / _MIB:.2f} MiB, {share:.1f} %")  # fmt: skip


def doubts(rounds: Sequence[Round]) -> Iterator[str]:
    """Where the figures cannot be compared: another number of records, or a rerun that wrote something."""
    for experiment, source, all_done in _by_kind(rounds):
        for number, (this, done) in enumerate(zip(rounds, all_done, strict=True), 1):
            where = f"round {number}, {_TITLES[experiment]}, {_NAMES[source]}"
            if this.floor_load is not None and done.records != this.floor_load.rows:
                yield f"{where}: ours took {done.records:,} records, the floor {this.floor_load.rows:,}"
            if experiment == CHANGED and done.changed != this.edited[source]:
                yield f"{where}: {this.edited[source]:,} rows were made different, {done.changed:,} said to be changed"
            if experiment not in (LOAD, WIRE, CHANGED) and (done.changed or done.counted.state):
                yield f"{where}: {done.changed:,} records said to be changed, {done.counted.state:,} rows written"


def _by_kind(rounds: Sequence[Round]) -> Iterator[tuple[str, str, list[Resync]]]:
    """Each experiment, each source, and what ours did there in all rounds."""
    for experiment, by_source in rounds[0].ours.items():
        for source in by_source:
            yield experiment, source, [this.ours[experiment][source] for this in rounds]


def as_json(facts: dict[str, Any], rounds: Sequence[Round]) -> dict[str, Any]:
    """Everything that was measured, round by round."""
    return {
        **facts,
        "rounds": [
            {
                "floor_load": None if this.floor_load is None else asdict(this.floor_load),
                "floor_read": {source: asdict(read) for source, read in this.floor_read.items()},
                "edited": this.edited,
                "carried": {source: asdict(bytes_) for source, bytes_ in this.carried.items()},
                "ours": {name: {s: _resync(r) for s, r in done.items()} for name, done in this.ours.items()},
            }
            for this in rounds
        ],
    }


def _resync(done: Resync) -> dict[str, Any]:
    return {
        "seconds": done.run.seconds,
        "cpu": done.run.cpu,
        "around": done.around,
        "records": done.records,
        "changed": done.changed,
        "counted": asdict(done.counted),
        "processes": [asdict(seen) for seen in done.run.processes],
        "objects": {each["object"]: each["seconds"] for each in done.report["objects"]},
    }
