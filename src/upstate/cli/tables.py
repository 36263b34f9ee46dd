"""The tables people read after a resync: the published one, the roots, the rejections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from upstate.cli.printing import count, key_text, local_time, number, status_text
from upstate.hub.reports import ObjectRun, Outlook, Root
from upstate.loading.verifying import KINDS, Verified
from upstate.planning import Counts, Status

_MOST_BRANCHES = 6
_VERDICTS = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded")


def status_table(names: Iterable[str], runs: Mapping[str, ObjectRun], *, split: bool) -> Table:
    """The published table: DIS Objects, Last Resync, Results, Status; with the split of the results under each."""
    table = plain_table()
    for heading in ("DIS Objects", "Last Resync", "Results", "Status"):
        table.add_column(heading, no_wrap=heading != "Results")
    shown = [(name, runs.get(name)) for name in names]
    widest = max((len(number(run.counts.processed)) for _, run in shown if run is not None), default=1)
    most = max((len(number(run.counts.errors)) for _, run in shown if run is not None), default=1)
    for name, run in shown:
        if run is None:
            table.add_row(name, "–", "", status_text(Status.NEVER))
            continue
        processed, errors = number(run.counts.processed), number(run.counts.errors)
        results: Any = Text(f"Processed: {processed:>{widest}}  Errors: {errors:>{most}}")
        if run.state == "failed":
            results = Text("failed as a whole", style="red")
        elif not run.settled:
            results = Text(f"{run.state}, {count(run.records, 'record')}" if run.records else run.state, style="dim")
        elif split and run.counts.processed:
            results = Group(results, Text(split_text(run.counts), style="dim"))
        table.add_row(name, local_time(run.started), results, status_text(run.status))
    return table


def split_text(counts: Counts) -> str:
    """What became of the records, verdict by verdict, without those that none met."""
    parts = [f"{number(value)} {verdict}" for verdict in _VERDICTS if (value := getattr(counts, verdict))]
    if counts.leftovers:
        parts.append(count(counts.leftovers, "leftover"))
    return ", ".join(parts)


def outlook_lines(outlook: Outlook) -> list[Text]:
    """What the open rejections come to, in sentences; the problems first."""
    lines = []
    if outlook.problems:
        verb = "holds" if outlook.problems == 1 else "hold"
        said = f"{count(outlook.problems, 'problem')} {verb} back {count(outlook.held_back, 'record')}"
        lines.append(Text(said, style="bold"))
    if outlook.failed:
        lines.append(Text(f"{count(outlook.failed, 'record')} failed and must be mended"))
    if outlook.kept_out:
        said = f"policy keeps out {count(outlook.kept_out, 'record')}"
        if outlook.kept_out_with_them:
            said += f", and {count(outlook.kept_out_with_them, 'record')} with them"
        lines.append(Text(said, style="dim"))
    return lines or [Text("Nothing is rejected.")]


def roots_table(roots: Iterable[Root]) -> Table:
    """Each root with what it holds back as a small tree, what is wrong and what to do."""
    table = plain_table()
    table.add_column("Root", justify="right", no_wrap=True)
    table.add_column("Holds back", justify="right", no_wrap=True)
    table.add_column("Record", ratio=2, overflow="fold")
    table.add_column("What is wrong, and what to do", ratio=3)
    for root in roots:
        record = Text(root.object, style="bold").append(f"\n{key_text(root.key)}", style="not bold")
        branches = _branches(root.by_object)
        for branch in branches:
            record.append(f"\n{'└' if branch is branches[-1] else '├'} {branch}", style="not bold dim")
        words = Text(root.message or root.reason)
        if root.advice and root.advice != root.message:
            words.append(f"\n{root.advice}", style="dim")
        table.add_row("" if root.id is None else str(root.id), number(root.blocks), record, words)
    return table


def _branches(by_object: Mapping[str, int]) -> list[str]:
    by_size = sorted(by_object.items(), key=lambda item: (-item[1], item[0]))
    branches = [f"{number(held)} {name}" for name, held in by_size]
    if len(branches) <= _MOST_BRANCHES:
        return branches
    rest = by_size[_MOST_BRANCHES - 1 :]
    return [
        *branches[: _MOST_BRANCHES - 1],
        f"{number(sum(held for _, held in rest))} of {count(len(rest), 'other object')}",
    ]


def rejections_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Each rejection: the record, its verdict, what is wrong and what to do, and its root where that is another."""
    table = plain_table()
    table.add_column("Record", ratio=2, overflow="fold")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("What is wrong, and what to do", ratio=3)
    for row in rows:
        record = Text(row["object"], style="bold").append(f"\n{key_text(row['key'])}", style="not bold")
        words = Text(row["message"] or row["reason"])
        if row["advice"] and row["advice"] != row["message"]:
            words.append(f"\n{row['advice']}", style="dim")
        if (row["root_object"], row["root_key"]) != (row["object"], row["key"]):
            words.append(f"\nroot: {row['root_object']} {key_text(row['root_key'])}", style="dim")
        table.add_row(record, row["verdict"], words)
    return table


def verification_table(found: Iterable[Verified]) -> Table:
    """Each object: records at both ends, four sets of differences nobody expects, and how many are expected."""
    table = plain_table()
    table.add_column("Object", no_wrap=True)
    for heading in ("District", "State", "District only", "State only", "Different", "Duplicates", "Expected"):
        table.add_column(heading, justify="right")
    for verified in found:
        style = "" if verified.equal else "bold"
        table.add_row(
            Text(verified.object, style=style),
            number(verified.district_count),
            number(verified.state_count),
            *(number(verified.unexpected[kind]) for kind in KINDS),
            number(sum(verified.expected.values())),
        )
    return table


def history_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Every object of every run, newest run first, each run under a line of its own."""
    table = plain_table()
    table.add_column("Run", justify="right")
    for heading in ("Object", "Started"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Processed", "Errors"):
        table.add_column(heading, justify="right")
    table.add_column("Status", no_wrap=True)
    last = None
    for row in rows:
        if row["resync"] != last:
            last = row["resync"]
            table.add_section()
            kind = "rehearsal, nothing written," if row["mode"] == "rehearsal" else f"{row['mode']} resync"
            run = f"{kind} for {row['school_year']}, asked for by {row['asked_by']}"
            table.add_row(str(last), Text(run, style="bold", overflow="fold"))
        table.add_row(
            "",
            row["object"],
            local_time(row["started"]),
            number(row["processed"]),
            number(row["errors"]),
            status_text(Status(row["status"])),
        )
    return table


def plain_table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
