"""`python -m bench.state`: 200 districts at once against one hub, one alone beside it, and what that comes to."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bench.state.agents import has_https
from bench.state.districts import Made, make_districts
from bench.state.hub import Hub, ask_of_all, fresh_state, running_hub, unexpected, wait_for_all
from bench.state.spent import Watch
from bench.wire import agent_key
from upstate.cli.turns import AT_ONCE
from upstate.embedded import Cluster

MOST_CLAIM_MS, MOST_HUB_BYTES, MOST_RATIO = 250.0, 500 << 20, 1.2
_AGENTS_A_PROCESS = 50
# One district alone takes three seconds, in which a machine that others share may be a third quicker or slower than in
# the next three: so often before all the others, and as often after them.
_ALONE = 5


@dataclass(frozen=True, slots=True)
class Ran:
    """So many districts at once: seconds by the wall, processor seconds and most bytes by group, milliseconds of
    claims (none in-process), and what was not as planted."""

    districts: int
    records: int
    seconds: float
    slowest: float
    cpu: dict[str, float]
    most_bytes: dict[str, int]
    claims: list[float]
    wrong: list[str]

    @property
    def each(self) -> float:
        """Microseconds of processor time a record, of hub and PostgreSQL; the agents are the districts' own."""
        return 1e6 * (self.cpu["hub"] + self.cpu["postgresql"]) / self.records

    @property
    def claim_p95(self) -> float | None:
        """What 95 of 100 claims took at most, in milliseconds."""
        return statistics.quantiles(self.claims, n=20)[-1] if len(self.claims) > 1 else None


@click.command()
@click.option("--districts", type=click.IntRange(min=2), default=200, show_default=True)
@click.option("--records", type=click.IntRange(min=1_000), default=10_000, show_default=True, help="Of each district.")
@click.option(
    "--at-once", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="Resyncs a worker runs at once."
)
@click.option("--door", type=click.Choice(["https", "in-process"]), help="Default: https where this version has it.")
@click.option("--partitions", type=click.IntRange(2, 64), help="Divide the state tables.")
@click.option(
    "--alone",
    type=click.IntRange(min=1),
    default=_ALONE,
    show_default=True,
    help="Times one district runs alone before all others, and after.",
)
@click.option("--patience", type=float, default=1800.0, show_default=True, help="Seconds for all to end.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder to use, and leave.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write every figure there.")
def bench(
    districts: int,
    records: int,
    at_once: int,
    door: str | None,
    partitions: int | None,
    alone: int,
    patience: float,
    keep: Path | None,
    json_file: Path | None,
) -> None:
    """Let one district send everything to a new state, then all of them at once to another, and compare."""
    door = door or ("https" if has_https() else "in-process")
    folder = (keep or Path(tempfile.mkdtemp(prefix="upstate-bench-state-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    cluster = Cluster(folder / "postgres")
    try:
        made = make_districts(folder / "districts", districts, records, click.echo)
        click.echo(f"door {door}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
        runs = []
        one = [made[:1]] * alone
        for some in (*one, made, *one):
            url = fresh_state(cluster, "alone" if len(some) == 1 else "together", some, partitions)
            runs.append(_run(folder, cluster, url, some, at_once, door, patience))
            _tell(runs[-1])
        together = runs.pop(alone)
        one_alone = statistics.median(run.each for run in runs)
        click.echo(f"load after {os.getloadavg()[0]:.1f}")
    finally:
        cluster.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(run) for run in (*runs, together)], indent=1))
    least, most = min(run.each for run in runs), max(run.each for run in runs)
    click.echo(
        f"cost of a record at {districts} districts: {together.each / one_alone:.2f} times that of one alone, which is "
        f"{one_alone:.1f} us, the median of {len(runs)} runs from {least:.1f} to {most:.1f}"
    )
    beyond = list(broken(runs, together))
    for line in beyond:
        click.echo(f"  LIMIT  {line}")
    if beyond:
        raise click.ClickException("Not within the limits.")


def _run(
    folder: Path, cluster: Cluster, url: str, districts: Sequence[Made], at_once: int, door: str, patience: float
) -> Ran:
    postmaster = int((cluster.home / "data" / "postmaster.pid").read_text().split()[0])
    with (
        running_hub(url, folder / "home", at_once) as hub,
        _agents(folder, hub, districts if door == "https" else ()) as (processes, claims),
        Watch({"hub": [hub.process], "postgresql": [postmaster], "agents": processes}) as watch,
    ):
        began = time.monotonic()
        asked = ask_of_all(districts)
        took = wait_for_all(asked, patience)
        seconds = time.monotonic() - began
    return Ran(
        len(districts),
        sum(each.records for each in districts),
        seconds,
        max(took),
        watch.cpu,
        watch.most_bytes,
        claims,
        unexpected(districts, asked),
    )


@contextmanager
def _agents(folder: Path, hub: Hub, districts: Sequence[Made]) -> Iterator[tuple[list[int], list[float]]]:
    """The districts' own agents for the block, in a few processes; what they measured is there after it."""
    claims: list[float] = []
    started = [
        _started(folder / f"agents-{first}.json", hub, districts[first : first + _AGENTS_A_PROCESS])
        for first in range(0, len(districts), _AGENTS_A_PROCESS)
    ]
    try:
        yield [process.pid for process in started], claims
    finally:
        for process in started:
            process.terminate()
        for process in started:
            out, error = process.communicate()
            if out.strip():
                told = json.loads(out.strip().splitlines()[-1])
                claims += told["claims"]
                for line in told["trouble"]:
                    click.echo(f"  an agent: {line}")
            elif error.strip():
                click.echo(f"  an agent: {error.strip().splitlines()[-1]}")


def _started(file: Path, hub: Hub, districts: Sequence[Made]) -> subprocess.Popen[str]:
    keys = [{"key": agent_key(each.name), "source": str(each.file)} for each in districts]
    file.write_text(json.dumps({"hub": hub.address, "agents": keys}))
    line = [sys.executable, "-m", "bench.state.agents", str(file)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _tell(ran: Ran) -> None:
    noun = "district alone" if ran.districts == 1 else "districts at once"
    click.echo(
        f"{ran.districts} {noun}: {ran.records:,} records in {ran.seconds:.1f} s ({ran.records / ran.seconds:,.0f}/s)"
    )
    cpu = ", ".join(f"{group} {seconds:.1f}" for group, seconds in ran.cpu.items())
    held = ", ".join(f"{group} {size / (1 << 20):,.0f}" for group, size in ran.most_bytes.items())
    click.echo(f"  the slowest resync took {ran.slowest:.1f} s; processor seconds: {cpu}; most MiB: {held}")
    click.echo(f"  {ran.each:.1f} us of hub and PostgreSQL a record")
    if ran.claim_p95 is not None:
        middle = statistics.median(ran.claims)
        click.echo(f"  {len(ran.claims):,} claims: median {middle:.0f} ms, p95 {ran.claim_p95:.0f} ms")
    for line in ran.wrong[:10]:
        click.echo(f"  not as planted: {line}")


def broken(alone: Sequence[Ran], together: Ran) -> Iterator[str]:
    """A line for each limit that does not hold."""
    ratio = together.each / statistics.median(run.each for run in alone)
    wrong = sum(len(run.wrong) for run in (*alone, together))
    if wrong:
        yield f"{wrong} objects did not end as planted"
    if ratio > MOST_RATIO:
        yield f"a record costs {ratio:.2f} times as much, {MOST_RATIO} is the limit"
    if together.most_bytes["hub"] > MOST_HUB_BYTES:
        yield f"the hub held {together.most_bytes['hub'] / (1 << 20):,.0f} MiB, 500 is the limit"
    if together.claim_p95 is not None and together.claim_p95 > MOST_CLAIM_MS:
        yield f"p95 of a claim is {together.claim_p95:.0f} ms, {MOST_CLAIM_MS:.0f} is the limit"


if __name__ == "__main__":
    bench()
