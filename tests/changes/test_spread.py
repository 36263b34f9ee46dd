"""Leftovers of a district whose rows are in a database of their own: removed, rehearsed, approved, whatever is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.changes.both_ways import CHANGES, FULL, BothWays, Sqlite, made_hub, open_hub
from tests.changes.test_both_ways import START, changed, hold
from tests.databases import let_go, passing_database

from upstate.cli.running import Outcome, run_resync
from upstate.errors import DatabaseError, PlanError
from upstate.hub.approving import Decision, decide
from upstate.hub.in_force import catalog_in_force
from upstate.hub.planned import plan_resync
from upstate.planning import Counts


@pytest.fixture
def hub(cluster_url: str, tmp_path: Path) -> Iterator[BothWays]:
    """The hub, with the districts' rows in two more databases."""
    with ExitStack() as stack:
        servers = [stack.enter_context(passing_database(cluster_url)) for _ in range(2)]
        url = stack.enter_context(passing_database(cluster_url))
        made_hub(url, servers)
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        stack.callback(let_go)
        yield open_hub(url, Sqlite(tmp_path / "district.sqlite"), connection)


def removing(hub: BothWays, name: str, *, everything: bool = False, rehearse: bool = False) -> Outcome:
    return run_resync(hub.url, plan_resync(name, None), everything=everything, rehearse=rehearse, remove_leftovers=True)


def counts(outcome: Outcome) -> dict[str, Counts]:
    return {run.object: run.counts for run in outcome.runs}


def refuse(hub: BothWays, table: str, when: str) -> None:
    """The hub's database refuses, at the commit, every row of a table of which this is so."""
    hub.connection.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the office is gone'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()""".encode()
    )


def lose_notes(hub: BothWays) -> None:
    """Both districts, whose rows the state has, lose two notes."""
    hold(hub, START)
    hub.send_both()
    hold(hub, changed("note", without=[(1, "a"), (2, "a")]))


def test_what_a_rehearsal_counts_is_removed_and_no_other_districts_rows(hub: BothWays) -> None:
    lose_notes(hub)
    hub.let_all_go()
    before = hub.rows("note", FULL)
    rehearsed = removing(hub, CHANGES, rehearse=True)
    assert hub.rows("note", CHANGES) == before
    sent = removing(hub, CHANGES)
    assert counts(rehearsed) == counts(sent)
    assert (counts(sent)["Note"].deleted, counts(sent)["Note"].leftovers) == (2, 0)
    assert len(hub.rows("note", CHANGES)) == len(before) - 2
    assert hub.rows("note", FULL) == before
    assert hub.leftovers(CHANGES) == []
    hub.sound_receipt(sent)
    assert hub.send(FULL, everything=True, remove=True)["Note"] == counts(sent)["Note"]
    assert hub.astray() == 0


def test_where_the_hub_dies_after_the_rows_are_gone_the_same_command_ends_with_the_same_counts(hub: BothWays) -> None:
    lose_notes(hub)
    hub.let_all_go()
    refuse(hub, "hub_resync", "new.leftovers_settled_at IS NOT NULL")
    with pytest.raises(DatabaseError, match=r"did not take note of it .the office is gone.. Run the same command"):
        removing(hub, CHANGES)
    assert len(hub.rows("note", CHANGES)) == len(hub.rows("note", FULL)) - 2
    assert hub.connection.execute("SELECT count(*) FROM hub_leftover").fetchone() == (2,)
    hub.connection.execute("DROP TRIGGER refuse ON hub_resync")
    sent = removing(hub, CHANGES)
    assert (counts(sent)["Note"].deleted, counts(sent)["Note"].leftovers) == (2, 0)
    assert hub.leftovers(CHANGES) == []
    hub.sound_receipt(sent)


def test_an_approval_that_was_lost_after_the_rows_were_gone_can_be_given_again_and_not_be_taken_back(
    hub: BothWays,
) -> None:
    lose_notes(hub)

    def say(decision: Decision) -> str:
        return decide(catalog_in_force(), hub.ids[CHANGES], held, decision, "They left.", by="Sam", person=None)

    hub.let_all_go(1)
    sent = removing(hub, CHANGES)
    held, rows = hub.connection.execute("SELECT id, rows FROM hub_held_removal").fetchall()[0]
    assert rows == 2
    assert len(hub.rows("note", CHANGES)) == len(hub.rows("note", FULL))
    refuse(hub, "hub_held_removal", "new.state = 'approved'")
    with pytest.raises(DatabaseError, match="the office is gone"):
        say("approve")
    assert len(hub.rows("note", CHANGES)) == len(hub.rows("note", FULL)) - 2
    hub.connection.execute("DROP TRIGGER refuse ON hub_held_removal")
    with pytest.raises(PlanError, match="They are gone"):
        say("discard")
    assert say("approve") == "The removal of leftovers of Note is approved: 2 rows were removed."
    assert hub.leftovers(CHANGES) == []
    hub.sound_receipt(sent)
