"""The demo's second act: both ends are edited; a verification finds it, a resync mends it, and a receipt says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from upstate.cli.printing import console, count, key_text
from upstate.cli.progress import Silent
from upstate.cli.receipts import check_here
from upstate.cli.running import Outcome, run_resync
from upstate.cli.tables import verification_table
from upstate.cli.verify_receipt import sentences
from upstate.cli.verifying import verify_here
from upstate.demo import Recipe, edit_district, edit_state
from upstate.hub.planned import Planned
from upstate.hub.receipts import receipt_of
from upstate.loading.verifying import Looked

_SHOWN = 2  # differences of an object


def play_second_act(url: str, planned: Planned, place: Path, recipe: Recipe) -> None:
    """Edit both ends of the district that was sent, and bring them together again."""
    out, name = console(), planned.district.name
    renamed, lost = edit_district(place, recipe)
    changed, deleted = edit_state(url, planned.district.id, recipe)
    out.print("\nAct two: some weeks later", style="bold")
    out.print(
        f"At {name} {count(renamed, 'person', 'people')} took another last name, and "
        f"{count(lost, 'roster entry', 'roster entries')} are gone."
    )
    out.print(
        f"At the state someone changed {count(changed, 'test score')} by SQL and deleted "
        f"{count(deleted, 'contact log')}, and told nobody."
    )

    _command(f"upstate verify {name}", "Do both ends agree? Nothing is moved.")
    _, looked = verify_here(url, planned, lambda: None)
    _show_verified(looked)

    _command(f"upstate resync {name} --all --rehearse", "What would a resync come to? All of it is done, and undone.")
    rehearsed = run_resync(url, planned, rehearse=True, watcher=Silent())
    out.print(f"It would come to {_counts(rehearsed)}. Nothing was written.", soft_wrap=True)

    _command(f"upstate resync {name} --all", "Send what differs, and nothing else.")
    sent = run_resync(url, planned, watcher=Silent())
    out.print(f"{_counts(sent).capitalize()}, in {sent.seconds:.1f} s.", soft_wrap=True)
    left = sum(run.counts.leftovers for run in sent.runs)
    if left:
        out.print(
            f"{count(left, 'row')} that {name} no longer has stay at the state until someone asks to remove them."
        )

    _command(f"upstate verify --receipt {sent.resync}", "The receipt: both ends computed once more.")
    receipt = receipt_of(sent.resync)
    if receipt is not None:
        for line in sentences(*check_here(url, receipt, lambda: None)):
            out.print(line, soft_wrap=True)
    out.print()


def _command(line: str, what: str) -> None:
    out = console()
    out.print()
    out.print(f"$ {line}", style="bold", highlight=False)
    out.print(what, style="dim")


def _show_verified(looked: Iterable[Looked]) -> None:
    out = console()
    found = [each.verified for each in looked if each.verified is not None]
    unequal = [each for each in found if not each.equal]
    out.print(verification_table(unequal))
    for each in unequal:
        for difference in each.first[:_SHOWN]:
            where = f" in {', '.join(difference.columns)}" if difference.columns else ""
            said = difference.kind.replace("_", " ")
            out.print(f"{each.object} {key_text(difference.key)}: {said}{where}", style="dim", soft_wrap=True)
    expected = sum(sum(each.expected.values()) for each in found)
    out.print(
        f"{count(len(found) - len(unequal), 'other object')} equal; what policy or a fault keeps out is counted apart "
        f"({count(expected, 'difference')} as expected).",
        soft_wrap=True,
    )


def _counts(outcome: Outcome) -> str:
    sums = {
        verdict: sum(getattr(run.counts, verdict) for run in outcome.runs)
        for verdict in ("created", "updated", "unchanged", "leftovers")
    }
    words = [f"{sums[verdict]:,} {verdict}" for verdict in ("created", "updated", "unchanged")]
    return f"{', '.join(words)}, {count(sums['leftovers'], 'leftover')}"
