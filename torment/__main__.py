"""`python -m torment`: rounds of torment, each from its seed, until all have ended as the undisturbed run did."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from torment.end_state import EndState, divergences, impossible
from torment.plots import Plot, Start, plot, undisturbed
from torment.rounds import Played, play, standing
from torment.stage import LEASE, Stage, add_changes, set_stage

_MOST_SEED = 10**9


@click.command()
@click.option("--rounds", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="Of the first round; each next one's is one more.")
@click.option("--scale", type=click.FloatRange(min=0.0), default=0.05, show_default=True, help="Of the district.")
@click.option("--object", "objects", multiple=True, metavar="NAME", help="Send this and what it needs. Default: all.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder to use, and leave.")
def torment(rounds: int, seed: int | None, scale: float, objects: tuple[str, ...], keep: Path | None) -> None:
    """Play rounds of torment; end with 1 where any did not end as the undisturbed run did.

    \b
    Example:  python -m torment --rounds 1 --seed 4711      plays the round of that seed again
    """
    seed = random.randrange(_MOST_SEED) if seed is None else seed
    folder = (keep or Path(tempfile.mkdtemp(prefix="upstate-torment-"))).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its processes end with it
    click.echo(f"seed {seed}, {rounds} rounds, scale {scale}")
    stage = set_stage(folder, scale, click.echo, objects or None)
    wrong: list[int] = []
    try:
        wrong = _rounds(stage, range(seed, seed + rounds))
    finally:
        stage.cluster.stop()
        if keep is None and not wrong:
            shutil.rmtree(folder, ignore_errors=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} of {rounds} rounds differ: {wrong}. Their logs are in {folder}.")
    click.echo(f"All {rounds} rounds ended as the undisturbed run (seeds {seed} to {seed + rounds - 1}).")


def _rounds(stage: Stage, seeds: Iterable[int]) -> list[int]:
    """Play the rounds of these seeds; those that differ."""
    wrong = []
    befell: Counter[str] = Counter()
    wanted = _undisturbed(stage)
    for number in seeds:
        drawn = plot(number, LEASE)
        logs = stage.folder / "logs" / str(number)
        played = play(stage, drawn, wanted[drawn.start][1], logs)
        befell += Counter(played.befell) + Counter({f"refused as {why}": n for why, n in played.refused.items()})
        found = _judged(stage, drawn, wanted[drawn.start][0], played)
        _tell(number, drawn, played, found)
        if found:
            wrong.append(number)
        else:
            shutil.rmtree(logs)
    for what, times in sorted(befell.items()):
        click.echo(f"  {times:6,} requests: {what}")
    return wrong


def _undisturbed(stage: Stage) -> dict[Start, tuple[EndState, float]]:
    """How a resync ends, and how long it takes, when nothing happens, for each start of a round."""
    wanted: dict[Start, tuple[EndState, float]] = {}
    starts: tuple[Start, ...] = ("first load", "changes")
    for begin in starts:
        played = play(stage, undisturbed(begin), 1.0, stage.folder / "logs" / "undisturbed")
        found = ["it never ended"] if played.end is None else list(impossible(played.end, stage.district.expected))
        if played.end is None or found:
            raise click.ClickException(f"The undisturbed run of {begin} is wrong: {found}.")
        wanted[begin] = played.end, played.seconds
        click.echo(f"undisturbed, {begin}: {played.seconds:.1f} s, {len(played.end.found)} lists and tables")
        if begin == "first load":
            add_changes(stage)
    return wanted


def _judged(stage: Stage, drawn: Plot, wanted: EndState, played: Played) -> list[str]:
    if played.end is None:
        return ["it never ended", *standing(stage.url("round"), stage.resyncs[drawn.start])]
    return list(divergences(wanted, played.end, stage.district.expected))


def _tell(number: int, drawn: Plot, played: Played, found: list[str]) -> None:
    ended = ", ".join(f"{who} {times} times" for who, times in played.ended.items())
    click.echo(f"{'DIFFERS' if found else 'equal  '} {number}: {played.seconds:.1f} s; {drawn.line()}")
    if ended:
        click.echo(f"        ended by itself: {ended}")
    for line in found[:20]:
        click.echo(f"        {line}")


if __name__ == "__main__":
    torment()
