"""What `upstate verify` will not do, each in one line; and that it waits rather than look at half a resync."""

from __future__ import annotations

import pytest
from tests.cli.command import Command
from tests.cli.test_interrupted import is_in_the_middle, students_cannot_land
from tests.waiting import wait_until


def test_a_verification_while_a_resync_runs_says_that_it_waits_and_sees_all_of_it(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        resync = lakeside.start("resync", "Lakeside", "--all", "--json")
        wait_until(lambda: is_in_the_middle(lakeside))
        waiting = [lakeside.start("verify", "Lakeside", "--json"), lakeside.start("verify", "--receipt", "1")]
        for each, doing in zip(waiting, ("verifying", "looking at both ends"), strict=True):
            assert each.stderr is not None
            assert each.stderr.readline() == (f"A resync or verification of Lakeside is running; {doing} after it.\n")
        assert lakeside.rows("SELECT count(*) FROM hub_verification WHERE state <> 'queued'") == [(0,)]
    assert resync.communicate(timeout=120)[1] == ""
    verified, receipt = (each.communicate(timeout=120)[0] for each in waiting)
    assert '"equal": true' in verified
    assert "3 objects" in receipt, "and not the one that had landed when it was asked for"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Lakside",), "Lakeside"),
        (("Lakeside", "Buss"), "Bus"),
        (("Lakeside", "--year", "1999"), "1999"),
        (("Lakeside", "--receipt", "0"), "--receipt"),
        (("Lakeside", "--receipt", "one"), "--receipt"),
        (("--receipt", "7"), "There is no receipt 7."),
        ((), "DISTRICT"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_what_makes_no_sense_is_one_line_and_keeps_nothing(
    lakeside: Command, words: tuple[str, ...], says: str
) -> None:
    ended = lakeside.call("verify", *words)
    assert ended.code != 0
    assert ended.out == ""
    assert says in ended.error.strip().splitlines()[-1]
    assert "Traceback" not in ended.error
    assert lakeside.rows("SELECT count(*) FROM hub_verification") == [(0,)]
