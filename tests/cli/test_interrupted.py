"""A command that was killed, stopped or cut off: the same command again finishes the same resync."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests.cli.command import Command, make_catalog, make_source
from tests.waiting import wait_until

from upstate.embedded import Cluster


@contextmanager
def students_cannot_land(command: Command) -> Iterator[None]:
    """Whoever lands students waits."""
    with psycopg.connect(command.url) as connection:
        connection.execute("LOCK TABLE state.student IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def is_in_the_middle(command: Command) -> bool:
    """Schools have landed, everything is delivered."""
    states = dict(command.rows("SELECT object, state FROM hub_order"))
    return states == {"School": "landed", "Student": "delivered", "Bus": "delivered"}


def state_rows(command: Command) -> list[list[tuple[object, ...]]]:
    """Everything at the state, and the rejections without their moments."""
    return [
        command.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        for table in ("state.school", "state.student", "(SELECT district_id, id, 0 FROM state.bus) AS bus")
    ] + [command.rows("SELECT object, key, reason, root_object, root_key FROM hub_rejection ORDER BY 1, 2, 3")]


def test_after_kill_9_the_same_command_finishes_the_same_resync_and_reads_nothing_twice(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(lakeside))
        process.kill()
        process.communicate()
    receipts = lakeside.rows("SELECT id, digest FROM hub_batch ORDER BY id")
    assert len(receipts) == 2
    ended = lakeside.run("resync", "Lakeside", "--all", "--json")
    assert ended.code == 0
    assert ended.error == "Going on with resync 1, which was interrupted.\n"
    assert lakeside.rows("SELECT id, state FROM hub_resync") == [(1, "finished")]
    assert lakeside.rows("SELECT DISTINCT epoch FROM hub_order") == [(1,)]
    assert lakeside.rows("SELECT nextval(pg_get_serial_sequence('hub_batch', 'id'))") == [(4,)]
    interrupted = state_rows(lakeside)
    lakeside.done("resync", "Lakeside", "--all")
    assert state_rows(lakeside) == interrupted
    assert len(interrupted[3]) == 4


def test_ctrl_c_is_one_line_and_130_and_the_same_command_goes_on(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(lakeside))
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert error.strip() == "upstate: stopped. Nothing is lost: running the same command again goes on from here."
    assert is_in_the_middle(lakeside)
    told = lakeside.json("resync", "Lakeside", "--all")
    assert told["resync"] == 1
    assert [o["created"] for o in told["objects"]] == [2, 6, 2]


def test_another_selection_finishes_the_dead_resync_first_and_then_runs_its_own(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(lakeside))
        process.kill()
        process.communicate()
    ended = lakeside.run("resync", "Lakeside", "Bus", "--json")
    assert ended.code == 0
    assert "Resync 1 of something else was interrupted; finishing it first." in ended.error
    assert '"resync": 2' in ended.out
    assert lakeside.rows("SELECT id, state FROM hub_resync ORDER BY id") == [(1, "finished"), (2, "finished")]


def test_a_second_command_waits_for_the_first_and_says_so(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        first = lakeside.start("resync", "Lakeside", "--all", "--json")
        wait_until(lambda: is_in_the_middle(lakeside))
        second = lakeside.start("resync", "Lakeside", "Bus", "--json")
        assert second.stderr is not None
        assert second.stderr.readline() == (
            "Another command is running a resync of Lakeside for 2024; waiting for it to end.\n"
        )
    assert '"resync": 1' in first.communicate(timeout=30)[0]
    assert '"resync": 2' in second.communicate(timeout=30)[0]
    assert (first.returncode, second.returncode) == (0, 0)


def test_status_tells_of_a_resync_that_was_left(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(lakeside))
        process.kill()
        process.communicate()
    assert "Resync 1 has not ended." in lakeside.done("status", "Lakeside")


def test_after_kill_9_of_postgresql_the_same_command_finishes_the_same_resync(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "home" / "postgres")
    command = Command({"UPSTATE_HOME": str(tmp_path / "home")}, tmp_path)
    try:
        url = command.done("database", "start").strip()
        looking = Command({**command.settings, "UPSTATE_DATABASE_URL": url}, tmp_path)
        make_catalog(tmp_path / "catalog")
        make_source(tmp_path / "lakeside.sqlite")
        command.done("hub", "init", "--catalog", "catalog")
        command.done("district", "add", "Lakeside", "--source", "lakeside.sqlite")
        lock = psycopg.connect(looking.url)
        lock.execute("LOCK TABLE state.student IN ACCESS EXCLUSIVE MODE")
        process = command.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(looking))
        pid = int((tmp_path / "home" / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        _, error = process.communicate(timeout=60)
        lock.close()
        assert process.returncode == 1
        assert error.startswith("upstate: ")
        assert error.count("\n") == 1
        told = command.json("resync", "Lakeside", "--all")
        assert told["resync"] == 1
        assert [o["created"] for o in told["objects"]] == [2, 6, 2]
    finally:
        cluster.stop()
