"""What `upstate heal` says of how a root and what it held back ended."""

from __future__ import annotations

import pytest

from upstate.cli.heal import _landed, _said
from upstate.cli.hubs import Ended
from upstate.hub.reports import ObjectRun
from upstate.planning import Counts, Status


def ended(*runs: Counts, followers: tuple[Ended, ...] = ()) -> Ended:
    lines = tuple(
        ObjectRun(f"O{number}", "landed", counts, Status.GREEN, "", counts.processed)
        for number, counts in enumerate(runs)
    )
    return Ended(7, "Lakeside", 2024, "finished", lines, 1.0, followers)


BLOCKED = Counts(blocked=1)


@pytest.mark.parametrize(
    ("told", "landed", "says"),
    [
        (ended(Counts(created=1)), True, "Root 5 landed. Nothing was held back by it."),
        (ended(Counts()), True, "Root 5 is in the district no more. Nothing was held back by it."),
        (
            ended(Counts(created=1), followers=(ended(Counts(created=3), Counts(failed=2)),)),
            True,
            "Root 5 landed, and with it 3 records that it had held back, 2 records still did not.",
        ),
        (
            ended(Counts(failed=1)),
            False,
            "Root 5 did not land, so nothing that it holds back was sent. What is wrong stands above.",
        ),
        (
            ended(BLOCKED, followers=(ended(Counts(blocked=4)),)),
            False,
            "Root 5 waits for another record now, and so does what it held back. See: upstate errors Lakeside --roots.",
        ),
        (
            ended(BLOCKED, followers=(ended(Counts(created=4)),)),  # round in a circle
            True,
            "Root 5 landed, and with it 4 records that it had held back.",
        ),
    ],
    ids=["landed", "gone", "with others", "still wrong", "waits by now", "in a circle"],
)
def test_what_became_of_a_root_is_one_line(told: Ended, landed: bool, says: str) -> None:
    assert (_landed(told), _said(told, 5)) == (landed, [says])
