"""What a crash leaves behind: stale, reused and zombie process ids, locks, orphans. Each start gets over it."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psutil
import psycopg
import pytest

from upstate.embedded import Cluster


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def pid(cluster: Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """A live process that has nothing to do with PostgreSQL."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def claim_pid(cluster: Cluster, number: int) -> None:
    """Leave the files of a dead server behind, with a process id of our choice in them."""
    data, run = cluster.home / "data", cluster.home / "run"
    cluster.start()
    left = [(path, path.read_text()) for path in (data / "postmaster.pid", run / ".s.PGSQL.5432.lock")]
    cluster.stop()
    for path, text in left:
        path.write_text("\n".join([str(number), *text.splitlines()[1:]]) + "\n")
    (run / ".s.PGSQL.5432").touch()


def test_what_was_committed_survives_kill_9_of_the_server(cluster: Cluster) -> None:
    url = cluster.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    os.kill(pid(cluster), signal.SIGKILL)
    assert ask(cluster.start(), "SELECT count(*) FROM kept") == 1000


def test_kill_9_of_every_process_of_the_server_is_recovered_from(cluster: Cluster) -> None:
    cluster.start()
    first = psutil.Process(pid(cluster))
    for process in [first, *first.children(recursive=True)]:
        process.kill()
    assert ask(cluster.start(), "SELECT 1") == 1


def test_kill_9_during_the_recovery_is_recovered_from(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 50000) AS number")
    for _ in range(3):
        os.kill(pid(cluster), signal.SIGKILL)
        cluster.start()
    assert ask(cluster.url(), "SELECT count(*) FROM kept") == 50_000


def test_a_stale_pid_file_does_not_stop_a_start(cluster: Cluster) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    claim_pid(cluster, ended.pid)
    assert not cluster.running()
    assert ask(cluster.start(), "SELECT 1") == 1


def test_a_pid_taken_over_by_another_program_is_neither_believed_nor_killed(
    cluster: Cluster, sleeper: "subprocess.Popen[bytes]"
) -> None:
    claim_pid(cluster, sleeper.pid)
    assert not cluster.running()
    cluster.stop()
    assert ask(cluster.start(), "SELECT 1") == 1
    assert sleeper.poll() is None


def test_a_pid_taken_over_by_another_clusters_server_is_neither_believed_nor_killed(
    cluster: Cluster, cluster_url: str
) -> None:
    other = psycopg.connect(cluster_url)
    with contextlib.closing(other):
        backend = psutil.Process(other.info.backend_pid).parent()
        assert backend is not None
        claim_pid(cluster, backend.pid)
        cluster.stop()
        assert ask(cluster.start(), "SELECT 1") == 1
        assert other.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a test adopt the server")
def test_a_server_that_is_a_zombie_is_taken_for_dead(cluster: Cluster) -> None:
    libc = ctypes.CDLL(None)
    set_child_subreaper = 36
    libc.prctl(set_child_subreaper, 1)  # the detached server becomes our child, which we do not mourn until the end
    try:
        cluster.start()
        zombie = pid(cluster)
        os.kill(zombie, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while psutil.Process(zombie).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not cluster.running()
        cluster.stop()
        assert ask(cluster.start(), "SELECT 1") == 1
        assert pid(cluster) != zombie
        second = pid(cluster)
        cluster.stop()  # and one that ends as a zombie counts as stopped
        assert psutil.Process(second).status() == psutil.STATUS_ZOMBIE
    finally:
        libc.prctl(set_child_subreaper, 0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                continue


def test_a_busy_backend_that_outlived_its_server_is_ended_before_the_next_starts(cluster: Cluster) -> None:
    connection = psycopg.connect(cluster.start(), autocommit=True)
    backend = psutil.Process(connection.info.backend_pid)

    def be_busy() -> None:
        with contextlib.suppress(psycopg.OperationalError):
            connection.execute("DO $$ BEGIN LOOP END LOOP; END $$")

    busy = threading.Thread(target=be_busy, daemon=True)
    busy.start()
    time.sleep(0.2)
    os.kill(pid(cluster), signal.SIGKILL)
    assert ask(cluster.start(), "SELECT 1") == 1
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    busy.join(10)
    connection.close()


def test_a_server_that_lost_its_socket_is_started_anew(cluster: Cluster) -> None:
    cluster.start()
    first = pid(cluster)
    shutil.rmtree(cluster.home / "run")
    assert ask(cluster.start(), "SELECT 1") == 1
    assert pid(cluster) != first


def test_a_server_that_ignores_a_fast_stop_is_stopped_harder(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upstate.embedded.cluster.STOP_SECONDS", 0.3)
    connection = psycopg.connect(cluster.start(), autocommit=True)
    stuck = psutil.Process(connection.info.backend_pid)
    stuck.suspend()  # it cannot obey, so a fast stop would wait for ever
    cluster.stop()
    assert not cluster.running()
    connection.close()
    assert ask(cluster.start(), "SELECT 1") == 1
    assert not stuck.is_running() or stuck.status() == psutil.STATUS_ZOMBIE
