"""A rehearsal counts what the resync that follows it counts, and leaves everything as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.changes.both_ways import CHANGES, FULL, BothWays, Rows
from tests.changes.test_both_ways import LINCOLN, NOTES, PUPILS, START, changed, hold, turn

from upstate.cli.running import Outcome, run_resync
from upstate.hub.districts import ever_sent, find_district
from upstate.hub.planned import plan_resync
from upstate.hub.postgres import connect
from upstate.hub.reports import Outlook, Root, outlook, roots, status
from upstate.planning import Counts

KEPT = ("hub_rejection", "hub_root", "hub_hold", "hub_tally", "hub_batch", "hub_counter", "hub_leftover")


def rehearse(hub: BothWays, name: str, *, everything: bool = False, remove: bool = False) -> Outcome:
    """A rehearsal as the command runs it, which must leave no trace but its own history."""
    before = traces(hub)
    planned = plan_resync(name, None)
    outcome = run_resync(hub.url, planned, everything=everything, rehearse=True, remove_leftovers=remove)
    assert outcome.state == "finished", [run.message for run in outcome.runs]
    assert traces(hub) == before
    return outcome


def traces(hub: BothWays) -> Any:
    """Where every row lies and who wrote it, as PostgreSQL itself tells, and what people see of where objects stand."""
    look = "SELECT ctid, xmin FROM {} ORDER BY ctid"
    kept = [hub.connection.execute(look.format(table).encode()).fetchall() for table in KEPT]
    with connect(hub.url) as connection:
        seen = [(status(connection, known), ever_sent(known)) for known in map(find_district, hub.ids)]
    return hub.places(), kept, seen


def counts(outcome: Outcome) -> dict[str, Counts]:
    return {run.object: run.counts for run in outcome.runs}


def told(hub: BothWays, name: str, resync: int) -> tuple[Outlook, list[Root]]:
    """What a resync, or a rehearsal, says of what it met; a rehearsal leaves no rejection whose id it could name."""
    known = find_district(name)
    with connect(hub.url) as connection:
        met = [replace(root, id=None) for root in roots(connection, known, resync=resync)]
        return outlook(connection, known, resync=resync), met


def rehearse_then_send(hub: BothWays) -> None:
    """For both ways: the counts, the sums and the roots of a rehearsal are those of the resync after it."""
    for name, everything in ((FULL, True), (CHANGES, False)):
        rehearsed = rehearse(hub, name, everything=everything)
        sent = run_resync(hub.url, plan_resync(name, None), everything=everything)
        assert counts(rehearsed) == counts(sent)
        assert told(hub, name, rehearsed.resync) == told(hub, name, sent.resync)


FAULTY: Rows = {
    "school": [(1, "Lincoln", "E", "A", 1, True), (2, None, "H", None, None, False)],
    "pupil": [*PUPILS[:9], (3, 1, None, 6, "1.5", None, "again"), (40, 9, 41, 1, "-1", None, "")],
    "note": [*NOTES[:8], (1, "too long", 2024, 2, None)],
}


@pytest.mark.parametrize("rows", [START, FAULTY], ids=["good", "faulty"])
def test_a_first_load_is_rehearsed_to_the_last_count(hub: BothWays, rows: Rows) -> None:
    hold(hub, rows)
    rehearse_then_send(hub)


def test_edits_and_losses_are_rehearsed_to_the_last_count(hub: BothWays) -> None:
    hold(hub, START)
    hub.send_both()
    hub.edit("DELETE FROM state.note WHERE district_id = :d AND pupil_id = 3")
    hold(hub, changed("pupil", (5, 2, 7, 10, "9.99", None, "x"), (8, 2, None, -1, "-3", None, ""), without=[12]))
    rehearse_then_send(hub)
    hold(hub, changed("school", (1, "Lincoln", "E", "A", 1, True)))
    rehearse_then_send(hub)


def test_a_rehearsal_is_never_what_an_object_was_last_judged_by(hub: BothWays) -> None:
    hold(hub, START)
    hub.send_both()
    hold(hub, {**START, "school": [LINCOLN]})
    rehearsed = rehearse(hub, CHANGES)
    assert counts(rehearsed)["Pupil"].failed == 0, "pupils of a school that is a leftover land"
    assert counts(rehearsed)["School"].leftovers == 1
    mode = hub.connection.execute("SELECT mode FROM hub_resync WHERE id = %s", (rehearsed.resync,)).fetchone()
    assert mode == ("rehearsal",)
    assert rehearsed.resync not in {row[0] for row in hub.connection.execute("SELECT last_seen_id FROM hub_rejection")}


CONTROL = ("hub_rehearsed_root", "hub_rehearsal", *KEPT, "hub_receipt", "hub_order", "hub_resync")


@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(turn, min_size=1, max_size=2))
def test_whatever_is_rehearsed_is_what_then_happens(hub: BothWays, turns: list[tuple[Rows, list[str]]]) -> None:
    for table in ("state.note", "state.pupil", "state.school", *CONTROL):
        hub.connection.execute(f"DELETE FROM {table}".encode())
    for held, done in turns:
        hold(hub, held)
        rehearse_then_send(hub)
        for edit in done:
            hub.edit(edit)
        rehearse_then_send(hub)


def test_a_rehearsal_with_removal_counts_what_the_resync_removes(hub: BothWays) -> None:
    hold(hub, START)
    hub.send_both()
    hub.let_all_go()
    hold(hub, changed("note", without=[(1, "a"), (2, "a")]))
    for name, everything in ((FULL, True), (CHANGES, False)):
        rehearsed = rehearse(hub, name, everything=everything, remove=True)
        sent = run_resync(hub.url, plan_resync(name, None), everything=everything, remove_leftovers=True)
        assert counts(rehearsed) == counts(sent)
        assert counts(sent)["Note"].deleted == 2
        hub.sound_receipt(sent)
