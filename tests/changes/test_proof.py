"""That both ends agree is proven: after any edits a resync makes them so, and whatever differs by a bit is named."""

from __future__ import annotations

import time
from threading import current_thread
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.changes.both_ways import CHANGES, TEXTS, BothWays, Postgresql, Rows
from tests.changes.test_both_ways import EDITS, PUPILS, START, changed, hold, turn

from upstate.agent.sources import Comparison, Snapshot
from upstate.agent.sources.postgresql_snapshot import PostgresqlSnapshot
from upstate.catalog import SyncObject
from upstate.cli.verifying import verify_here
from upstate.cli.verifying_beside import Beside
from upstate.errors import LostSourceError
from upstate.hub.planned import plan_resync
from upstate.hub.set_up import set_up
from upstate.loading.comparing import held_pairs
from upstate.loading.task import Task
from upstate.loading.verifying import Looked, Verified
from upstate.loading.verifying import verify as look
from upstate.wire.digests import Pairs


def verify(hub: BothWays) -> dict[str, Looked]:
    _, looked = verify_here(hub.url, plan_resync(CHANGES, None), lambda: None)
    return {each.object: each for each in looked}


def differing(hub: BothWays) -> set[tuple[str, str, tuple[str | None, ...], tuple[str, ...]]]:
    """Every difference that nobody expects: its object, kind, key and columns."""
    found = {name: each.verified for name, each in verify(hub).items()}
    assert all(verified is not None for verified in found.values())
    return {(name, d.kind, d.key, d.columns) for name, v in found.items() if v is not None for d in v.first}


def written(hub: BothWays) -> int:
    """How many rows of state tables were ever written, by PostgreSQL's own counters, once those stand still."""
    query = (
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables WHERE schemaname = 'state'"
    )
    before, counted = -1, 0
    deadline = time.monotonic() + 60
    while before != counted:
        assert time.monotonic() < deadline, "the counters never stood still"
        # a session tells its counts when it ends, or is idle for a second
        hub.connection.execute("SELECT pg_stat_force_next_flush()")
        before = counted
        time.sleep(0.05)
        counted = int(hub.connection.execute(query).fetchone()[0])  # type: ignore[index]
    return counted


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(turn)
def test_after_any_edits_at_both_ends_a_resync_makes_them_equal_and_the_next_writes_nothing(
    hub: BothWays, edited: tuple[Rows, list[str]]
) -> None:
    hold(hub, START)
    hub.send(CHANGES)
    held, done = edited
    hold(hub, held)
    for edit in done:
        hub.edit(edit)
    hub.send(CHANGES)  # its receipt is seen to
    found = verify(hub)
    for name, looked in found.items():
        assert looked.verified is not None, looked.message
        assert not looked.verified.resync_needed, (name, looked.verified)
    before = written(hub)
    hub.send(CHANGES)
    assert written(hub) == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            (
                "UPDATE state.school SET name = overlay(name PLACING chr(ascii(name) # 1) FROM 1 FOR 1) "
                "WHERE district_id = :d AND id = 1"
            ),
            {("School", "different", ("1",), ("name",))},
        ),
        (
            (
                "UPDATE state.pupil SET id = 77 WHERE district_id = :d AND id = 20 AND NOT EXISTS "
                "(SELECT FROM state.note WHERE district_id = :d AND pupil_id = 20)"
            ),
            {("Pupil", "district_only", ("20",), ()), ("Pupil", "state_only", ("77",), ())},
        ),
        (
            "UPDATE state.pupil SET text = NULL WHERE district_id = :d AND id = 3",
            {("Pupil", "different", ("3",), ("text",))},
        ),
        (
            "UPDATE state.pupil SET score = score + 0.01, born = born + 1 WHERE district_id = :d AND id = 4",
            {("Pupil", "different", ("4",), ("born", "score"))},
        ),
    ],
    ids=["one flipped bit", "one moved key", "a null for an empty text", "a digit and a day"],
)
def test_what_differs_by_the_least_is_found_and_named(hub: BothWays, statement: str, named: set[Any]) -> None:
    hold(hub, {**START, "note": [row for row in START["note"] if row[0] != 20]})
    hub.send(CHANGES)
    assert differing(hub) == set()
    hub.edit(statement)
    assert {(o, k, key, tuple(sorted(columns))) for o, k, key, columns in differing(hub)} == named


def test_a_changed_rule_makes_the_next_run_of_its_object_a_full_evaluation_and_of_no_other(hub: BothWays) -> None:
    hold(hub, START)
    hub.send(CHANGES)
    hub.send(CHANGES)
    assert {name: everything for name, (everything, _) in hub.shipped().items()} == dict.fromkeys(
        ("School", "Pupil", "Note"), False
    )
    rule = '\n[[rule]]\nreason = "no_b"\nverdict = "failed"\nwhen = "record.line = \'a\' and record.pupil_id = 7"\n'
    set_up(hub.url, {**TEXTS, "Note.toml": TEXTS["Note.toml"] + rule + 'advice = "Pupil 7 has no line a."\n'})
    counts = hub.send(CHANGES)
    assert {name: everything for name, (everything, _) in hub.shipped().items()} == {
        "School": False,
        "Pupil": False,
        "Note": True,
    }
    assert (counts["Note"].failed, counts["Note"].unchanged) == (1, 19), "equal at both ends, and judged all the same"
    set_up(hub.url, TEXTS)
    assert hub.send(CHANGES)["Note"].unchanged == 20
    assert hub.rejections(CHANGES) == []


def test_a_to_b_and_back_is_found_whatever_was_sent_and_edited_in_between(hub: BothWays) -> None:
    for edit in EDITS[:3]:
        hold(hub, START)
        hub.send(CHANGES)
        start = hub.rows("pupil", CHANGES)
        hub.edit(edit)
        assert hub.rows("pupil", CHANGES) != start
        hub.send(CHANGES)
        assert hub.rows("pupil", CHANGES) == start


def test_what_is_known_to_be_rejected_is_told_without_a_look_and_as_with_one(
    hub: BothWays, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(hub, changed("pupil", *((key, 9, *PUPILS[4][2:]) for key in (50, 51))))  # there is no school 9
    hub.send(CHANGES)
    seen: list[str] = []

    def looking(connection: Any, task: Task, *args: Any, **more: Any) -> Verified:
        seen.append(task.object.name)
        return look(connection, task, *args, **more)

    monkeypatch.setattr("upstate.cli.verifying_ends.verify", looking)
    told = {name: each.verified for name, each in verify(hub).items()}
    assert not seen
    monkeypatch.setattr("upstate.cli.verifying_ends.all_known", lambda *_args, **_more: None)
    assert {name: each.verified for name, each in verify(hub).items()} == told
    assert told["Pupil"] is not None
    assert dict(told["Pupil"].expected) == {"failed": 2}
    assert sorted(seen) == ["Note", "Pupil", "School"], "two are compared at a time, and either may be looked at first"


@pytest.fixture
def source(hub: BothWays) -> psycopg.Connection[Any]:
    """The district's PostgreSQL, which can be made to fail in the middle."""
    if not isinstance(hub.source, Postgresql):
        pytest.skip("a file has no connection to lose")
    return psycopg.connect(hub.source.url, autocommit=True)


@pytest.mark.parametrize(
    ("fails", "after"),
    [
        ("pg_terminate_backend(pg_backend_pid())", {"School": True, "Pupil": False, "Note": False}),
        ("1 / (id - id) = 1", {"School": True, "Pupil": False, "Note": True}),
    ],
    ids=["a connection that is dropped", "an object that cannot be read to its end"],
)
def test_what_was_not_read_to_its_end_is_never_equal(
    hub: BothWays,
    source: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
    after: dict[str, bool],
) -> None:
    monkeypatch.setattr("upstate.cli.verifying_ends.Beside.begin", lambda *_: None)  # all of it by one connection
    hold(hub, START)
    hub.send(CHANGES)
    with source:
        source.execute("ALTER TABLE pupil RENAME TO pupil_kept")
        # all rows come, and with the last of them the trouble
        source.execute(
            f"CREATE VIEW pupil AS SELECT * FROM pupil_kept WHERE CASE WHEN id = 20 THEN {fails} ELSE true END".encode()
        )
    found = verify(hub)
    assert {name: looked.equal for name, looked in found.items()} == after
    assert found["Pupil"].verified is None
    assert "Pupil" in found["Pupil"].message
    kept = hub.connection.execute("SELECT state FROM hub_verification ORDER BY id DESC LIMIT 1").fetchone()
    assert kept == ("failed",)


@pytest.mark.parametrize("lost", [False, True], ids=["it does", "it is lost"])
def test_what_the_twin_of_a_snapshot_compares_is_as_the_snapshot_has_it(
    hub: BothWays, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    if not isinstance(hub.source, Postgresql):
        pytest.skip("a file gives the same moment once")
    hold(hub, changed("pupil", *((key, 9, *PUPILS[4][2:]) for key in (50, 51))))
    hub.send(CHANGES)
    hub.edit("UPDATE state.note SET text = 'edited'")
    twins: list[str] = []

    def comparing(snapshot: PostgresqlSnapshot, obj: SyncObject, *args: Any) -> Comparison | None:
        if current_thread().name.startswith("upstate-comparing"):
            twins.append(obj.name)
            if lost:
                raise LostSourceError("The twin was lost.")
        return compare(snapshot, obj, *args)

    def opened(beside: Beside, snapshot: Snapshot) -> None:
        begin(beside, snapshot)
        assert beside._twin.result() is not None

    begin, compare = Beside.__init__, PostgresqlSnapshot.compare
    monkeypatch.setattr(Beside, "begin", lambda *_: None)
    told = {name: each.verified for name, each in verify(hub).items()}
    monkeypatch.undo()
    monkeypatch.setattr(Beside, "__init__", opened)
    monkeypatch.setattr(PostgresqlSnapshot, "compare", comparing)
    assert {name: each.verified for name, each in verify(hub).items()} == told
    assert "School" in twins
    assert told["Note"] is not None
    assert told["Note"].unexpected["different"] > 0


def test_two_that_compare_ask_the_state_for_keys_one_after_the_other(
    hub: BothWays, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(hub, START)
    hub.send(CHANGES)
    for edit in ("school SET name = 'edited'", "pupil SET text = 'edited'", "note SET text = 'edited'"):
        hub.edit(f"UPDATE state.{edit}")
    asking: set[str] = set()
    at_once: list[int] = []

    def asked(*args: Any) -> Pairs:
        asking.add(current_thread().name)
        at_once.append(len(asking))
        time.sleep(0.1)
        found = ask(*args)
        asking.remove(current_thread().name)
        return found

    def opened(beside: Beside, snapshot: Snapshot) -> None:
        begin(beside, snapshot)
        beside._twin.result()

    begin, ask = Beside.__init__, held_pairs
    monkeypatch.setattr(Beside, "__init__", opened)
    monkeypatch.setattr("upstate.cli.verifying_ends.held_pairs", asked)
    found = {name: each.verified for name, each in verify(hub).items()}
    assert {name: v and v.unexpected["different"] for name, v in found.items()} == {
        "School": 2,
        "Pupil": 20,
        "Note": 20,
    }
    assert len(at_once) > 1
    assert set(at_once) == {1}
