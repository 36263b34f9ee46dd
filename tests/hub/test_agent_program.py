"""The agent as a program: connected with a code, it reads, delivers over HTTPS, and the worker lands what it sent."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.hub.serving import connect_agent, served
from tests.hub.state import State
from tests.waiting import wait_until

from upstate.agent.configuration import read_configuration
from upstate.agent.running import run_agent
from upstate.errors import ConfigError, HubError

PATIENCE = 60.0  # seconds
Authority = tuple[Path, Path]


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """Lakeside's own database: three schools, five students of whom one points nowhere, two months."""
    path = tmp_path / "lakeside.sqlite"
    with sqlite3.connect(path) as made:
        made.executescript(
            """
            CREATE TABLE school (id INTEGER, name TEXT);
            INSERT INTO school VALUES (1, 'North'), (2, 'South'), (3, 'West');
            CREATE TABLE student (id INTEGER, name TEXT, school_id INTEGER);
            INSERT INTO student VALUES (10, 'Ann', 1), (11, 'Ben', 2), (12, 'Cid', 3), (13, 'Dot', 1), (14, 'Eve', 99);
            CREATE TABLE month (id INTEGER, name TEXT, school_id INTEGER, year INTEGER);
            INSERT INTO month VALUES (1, 'May', 1, 2024), (2, 'June', 1, 2024);
            CREATE TABLE score (id INTEGER, name TEXT, student_id INTEGER);
            CREATE TABLE bus (id INTEGER, name TEXT);
            """
        )
    return path


@pytest.fixture
def hub(state: State, authority: Authority) -> Iterator[str]:
    """The hub's address, with a worker behind it."""
    from upstate.cli.working import Worker

    with served(state.url, authority) as address:
        worker = Worker(state.url)
        thread = threading.Thread(target=worker.work)
        thread.start()
        try:
            yield address
        finally:
            worker.stop()
            thread.join()


def configured(folder: Path, hub: str, authority: Authority, key: str, source: Path) -> Path:
    file = folder / "upstate-agent.toml"
    (folder / "agent.key").write_text(key)
    file.write_text(f'[hub]\nurl = "{hub}"\nca = "{authority[0]}"\n[source]\nurl = "{source}"\n')
    return file


@contextmanager
def running(file: Path) -> Iterator[list[str]]:
    """The agent at work in a thread; what it says."""
    said: list[str] = []
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run_agent(read_configuration(file, {}), stop=stop, say=said.append)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join()
        if failed:
            raise failed[0]


def queued(state: State, *objects: str) -> int:
    from upstate.hub.models import Person
    from upstate.hub.placing_resyncs import queue_resync
    from upstate.planning import make_plan

    plan = make_plan(state.catalog, objects or None, state.district.zone)
    return queue_resync(plan, state.district.zone_id, person=Person.objects.get(name="Olga")).id


def ended(state: State, resync: int) -> bool:
    return state.rows("SELECT state FROM hub_resync WHERE id = %s", resync)[0][0] in ("finished", "failed")


def test_what_was_asked_for_is_read_elsewhere_and_lands_with_its_counts(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    with running(file):
        resync = queued(state)
        wait_until(lambda: ended(state, resync))
        assert state.rows("SELECT id, name, district_id FROM state.school ORDER BY id") == [
            (1, "North", state.district.id),
            (2, "South", state.district.id),
            (3, "West", state.district.id),
        ]
        assert state.orders("created") == {"School": 3, "Student": 4, "Month": 2, "Score": 0, "Bus": 0}
        assert state.orders("failed")["Student"] == 1
        again = queued(state)  # now it compares, over the wire, and finds all of it equal
        wait_until(lambda: ended(state, again))
    of_it = "FROM hub_order WHERE resync_id = %s"
    assert state.rows(f"SELECT sum(unchanged), sum(created), sum(updated) {of_it}", again) == [(9, 0, 0)]
    assert state.rows(f"SELECT everything {of_it} AND object = 'School'", again) == [(False,)]
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]


def test_a_change_at_the_district_travels_alone(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    with running(file):
        first = queued(state, "School")
        wait_until(lambda: ended(state, first))
        with sqlite3.connect(district) as made:
            made.execute("UPDATE school SET name = 'East' WHERE id = 3")
        second = queued(state, "School")
        wait_until(lambda: ended(state, second))
    assert state.rows("SELECT records, updated, unchanged FROM hub_order WHERE resync_id = %s", second) == [(1, 1, 2)]
    assert state.rows("SELECT name FROM state.school WHERE id = 3") == [("East",)]


def test_a_table_that_is_not_there_fails_its_object_and_what_needs_it_alone(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(district) as made:
        made.execute("DROP TABLE student")
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    with running(file):
        resync = queued(state)
        wait_until(lambda: ended(state, resync))
    states = state.orders("state")
    assert {name for name, how in states.items() if how == "failed"} == {"Student", "Score"}
    assert "student" in state.orders("message")["Student"]


def test_an_agent_that_is_killed_is_followed_by_another_that_goes_on(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    resync = queued(state)
    line = [sys.executable, "-m", "upstate", "agent", "run", "--config", str(file)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(state.rows("SELECT 1 FROM hub_order WHERE epoch > 0")))
    process.kill()
    process.wait()
    with running(file):
        wait_until(lambda: ended(state, resync))
    assert state.rows("SELECT count(*) FROM state.student") == [(4,)]


def test_an_agent_that_is_told_to_stop_just_as_work_comes_goes_at_once_and_the_next_one_loses_none_of_it(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    resyncs = []
    for pause in (0.0, 0.2, 0.4, 0.6):
        with running(file) as said:
            wait_until(partial(bool, said), "it does not begin")
            time.sleep(1.0)  # it waits for work
            stopped = time.monotonic()
            resyncs.append(queued(state, "School", "Student"))
            time.sleep(pause)
        assert time.monotonic() - stopped < 10.0
    with running(file):
        wait_until(lambda: all(ended(state, each) for each in resyncs))
        assert time.monotonic() - stopped < 45.0, "no order waits for a lease to run out"
    assert state.rows("SELECT count(*) FROM state.student") == [(4,)]
    assert state.rows("SELECT DISTINCT state FROM hub_order") == [("landed",)]


def test_a_new_owner_of_a_field_reaches_an_agent_that_runs(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    from upstate.hub.field_owners import change_owner
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import Person

    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    with running(file) as said:
        first = queued(state, "School")
        wait_until(lambda: ended(state, first))
        change_owner(Person.objects.get(name="Olga"), catalog_in_force(), "School", "name", "state")
        with sqlite3.connect(district) as made:
            made.execute("UPDATE school SET name = 'East' WHERE id = 3")
        second = queued(state, "School")
        wait_until(lambda: ended(state, second))
    assert any("another catalog" in line for line in said)
    assert state.rows("SELECT name FROM state.school WHERE id = 3") == [("West",)]


def test_a_revoked_key_ends_the_agent_with_a_line_that_says_what_to_do(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    from upstate.hub.agent_door.keys import revoke_key
    from upstate.hub.models import AgentKey, District, Person

    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    lakeside = District.objects.get(pk=state.district.id)
    assert revoke_key(Person.objects.get(name="Olga"), lakeside, AgentKey.objects.get().id) is not None
    with pytest.raises(HubError, match=r"revoked\. Connect the agent anew"):
        run_agent(read_configuration(file, {}), stop=threading.Event(), say=lambda _: None)


def test_init_check_rotate_and_run_from_the_command_line(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    from upstate.hub.agent_door.keys import make_code
    from upstate.hub.models import District, Person

    def agent(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "upstate", "agent", *words]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)

    olga = Person.objects.create(email="olga@example.org", name="Olga")
    code = make_code(olga, District.objects.get(pk=state.district.id))
    wrong = agent("init", "--hub", hub, "--code", "AAAA-BBBB-CCCC-DDDD", "--ca", str(authority[0]))
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "Make a new one on the hub's Agents page" in wrong.stderr
    made = agent("init", "--hub", hub, "--code", code.lower(), "--ca", str(authority[0]), "--source", district.name)
    assert made.returncode == 0, made.stderr
    assert "This is the agent of Lakeside now" in made.stdout
    assert (tmp_path / "agent.key").stat().st_mode & 0o077 == 0
    assert agent("init", "--hub", hub, "--code", code, "--ca", str(authority[0])).returncode == 1  # good for once
    looked = agent("check")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    for what in ("hub", "certificate", "version", "clock", "source", "School", "Student"):
        assert f" {what}: " in looked.stdout
    before = (tmp_path / "agent.key").read_text()
    assert agent("rotate").returncode == 0
    assert (tmp_path / "agent.key").read_text() != before
    resync = queued(state, "School")
    wait_until(lambda: state.rows("SELECT state FROM hub_resync WHERE id = %s", resync) == [("running",)])
    ran = agent("run", "--once")
    assert ran.returncode == 0, ran.stderr
    wait_until(lambda: ended(state, resync))
    (tmp_path / "agent.key").write_text(before)
    refused = agent("run", "--once")
    assert refused.returncode == 1
    assert "This key is unknown or revoked" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_check_says_of_each_object_what_is_wrong_with_it(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    from upstate.agent.checking import check_agent

    with sqlite3.connect(district) as made:
        made.execute("ALTER TABLE student DROP COLUMN school_id")
        made.execute("INSERT INTO school VALUES ('four', 'Nowhere')")
    file = configured(tmp_path, hub, authority, connect_agent(state), district)
    found = {finding.what: finding for finding in check_agent(read_configuration(file, {}))}
    assert found["Student"].verdict == "wrong"
    assert "school_id" in found["Student"].line
    assert (found["School"].verdict, found["Month"].verdict) == ("mind", "good")
    assert "id" in found["School"].line


def test_a_hub_whose_certificate_nobody_vouches_for_is_not_spoken_to(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    from upstate.agent.checking import check_agent

    key = connect_agent(state)
    file = configured(tmp_path, hub, authority, key, district)
    file.write_text(file.read_text().replace(f'ca = "{authority[0]}"\n', ""))
    (found,) = check_agent(read_configuration(file, {}))
    assert (found.what, found.verdict) == ("hub", "wrong")
    assert "certificate" in found.line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hub]\n", 'the key "url" is missing'),
        ('[hub]\nurl = "http://hub.example.gov"\n', "in the clear"),
        ('[hub]\nurl = "https://hub.example.gov"\nkey = "x"\n', 'the key "key" is not known here'),
        ('[hub]\nurl = "https://hub.example.gov"\n', "upstate agent init"),
        ("hub", "this is not TOML"),
    ],
)
def test_a_configuration_that_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "upstate-agent.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as told:
        read_configuration(file, {})
    assert said in told.value.message
    assert "\n" not in told.value.message


def test_secrets_come_from_the_environment_or_from_files_too(tmp_path: Path) -> None:
    file = tmp_path / "upstate-agent.toml"
    file.write_text('[hub]\nurl = "https://hub.example.gov"\n[source]\nurl = "postgresql://sis/lakeside"\n')
    (tmp_path / "secret").write_text("postgresql://reader:secret@sis/lakeside\n")
    environment = {"UPSTATE_AGENT_KEY": "a key", "UPSTATE_AGENT_SOURCE_FILE": str(tmp_path / "secret")}
    read = read_configuration(file, environment)
    assert (read.key, read.key_file) == ("a key", None)
    assert read.source_url == "postgresql://reader:secret@sis/lakeside"
