"""Starting, stopping and finding the embedded PostgreSQL again."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from upstate.embedded import OLDEST_SERVER, Cluster, check_server
from upstate.errors import EmbeddedError


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def pid(cluster: Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split()[0])


def test_a_new_home_becomes_a_server_with_an_empty_database(folder: Path) -> None:
    cluster = Cluster(folder / "new" / "home")
    assert not cluster.running()
    url = cluster.start()
    try:
        assert cluster.running()
        assert cluster.url() == url
        assert ask(url, "SELECT current_database() || ' ' || current_user") == "upstate upstate"
        assert ask(url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
        assert ask(url, "SELECT lower('ÅSA')") == "åsa"
        assert ask(url, "SHOW data_checksums") == "on"
    finally:
        cluster.stop()
    assert not cluster.running()


def test_a_second_start_finds_the_first_ones_server(cluster: Cluster) -> None:
    url = cluster.start()
    first = pid(cluster)
    assert (cluster.start(), pid(cluster)) == (url, first)


def test_data_outlive_a_stop(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    cluster.stop()
    assert ask(cluster.start(), "SELECT number FROM kept") == 7


def test_a_stop_ends_the_work_of_those_still_connected(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        connection.execute("CREATE TABLE unfinished ()")
        cluster.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert ask(cluster.start(), "SELECT to_regclass('unfinished') IS NULL") is True


def test_stopping_where_nothing_runs_does_nothing(cluster: Cluster, folder: Path) -> None:
    cluster.stop()
    Cluster(folder / "never").stop()
    assert not (folder / "never").exists()


def test_two_starters_at_once_start_one_server(folder: Path) -> None:
    cluster = Cluster(folder / "home")
    program = (
        "import sys; from pathlib import Path; from upstate.embedded import Cluster; Cluster(Path(sys.argv[1])).start()"
    )

    def start(_: int) -> int:
        return subprocess.run([sys.executable, "-c", program, cluster.home], check=False).returncode

    try:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(start, range(2))) == [0, 0]
        assert (cluster.home / "server.log").read_text().count("ready to accept connections") == 1
    finally:
        cluster.stop()


def test_the_server_outlives_a_starter_that_is_killed(cluster: Cluster) -> None:
    program = (
        "import os, sys; from pathlib import Path; from upstate.embedded import Cluster;"
        "Cluster(Path(sys.argv[1])).start(); os.killpg(0, 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, cluster.home], check=False, start_new_session=True)
    assert done.returncode == -9
    assert ask(cluster.url(), "SELECT 1") == 1


def test_a_home_may_have_a_long_path_with_spaces_and_quotes(new_cluster: Callable[[str], Cluster]) -> None:
    cluster = new_cluster('it\'s a "long" path, with ünusual parts/' + "x" * 120)
    url = cluster.start()
    assert ask(url, "SELECT 1") == 1
    socket = next(Path(line) for line in (cluster.home / "data" / "postmaster.pid").read_text().splitlines()[4:5])
    assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_a_short_home_with_spaces_holds_its_own_socket(new_cluster: Callable[[str], Cluster]) -> None:
    cluster = new_cluster("a b 'c' $HOME `d`")
    assert ask(cluster.start(), "SELECT 1") == 1
    assert (cluster.home / "run" / ".s.PGSQL.5432").exists()
    assert stat.S_IMODE((cluster.home / "run").stat().st_mode) == 0o700


def test_a_home_with_a_comma_is_reached_all_the_same(new_cluster: Callable[[str], Cluster]) -> None:
    assert ask(new_cluster("a, b").start(), "SELECT 1") == 1


def test_another_temporary_folder_does_not_hide_a_running_server(
    new_cluster: Callable[[str], Cluster], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    cluster = new_cluster("x" * 120)
    url = cluster.start()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert cluster.url() == url


def test_a_socket_folder_that_is_not_private_is_refused(
    new_cluster: Callable[[str], Cluster], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    cluster = new_cluster("x" * 120)
    cluster.start()
    socket = next(folder.glob("upstate-*"))
    cluster.stop()
    assert not socket.exists()
    socket.mkdir()
    socket.chmod(0o755)
    with pytest.raises(EmbeddedError, match="not a private folder of ours"):
        cluster.start()
    socket.rename(folder / "elsewhere")
    socket.symlink_to(folder / "elsewhere")
    with pytest.raises(EmbeddedError, match="not a private folder of ours"):
        cluster.start()


def test_no_port_is_opened_and_nothing_is_given_up_for_speed(cluster: Cluster) -> None:
    url = cluster.start()
    for name, value in (
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("max_wal_size", "4GB"),
        ("jit", "off"),
    ):
        assert (name, ask(url, f"SHOW {name}")) == (name, value)


def test_the_callers_own_postgres_variables_change_nothing(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "7777")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGHOST", "/nowhere")
    assert ask(cluster.start(), "SHOW port") == "5432"


def test_the_log_names_errors_but_never_a_records_values(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE pupil (name text PRIMARY KEY)")
        connection.execute("INSERT INTO pupil VALUES ('Dana Quist')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO pupil VALUES ('Dana Quist')")
    log = (cluster.home / "server.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "Quist" not in log


def test_a_log_that_grew_long_is_cut_to_its_end(cluster: Cluster) -> None:
    log = cluster.home / "server.log"
    log.write_bytes(b"old line\n" * 600_000 + b"the newest line\n")
    cluster.start()
    assert log.stat().st_size < 2 << 20
    assert "the newest line" in log.read_text()


def test_data_of_another_version_are_refused_in_one_line(cluster: Cluster) -> None:
    (cluster.home / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 16, this is \d+") as caught:
        cluster.start()
    assert "\n" not in caught.value.message


def test_a_server_that_will_not_start_says_why_in_one_line(cluster: Cluster) -> None:
    (cluster.home / "data" / "postgresql.conf").write_text("shared_buffers = plenty\n")
    with pytest.raises(EmbeddedError, match=r"would not start: .*FATAL.* \(more in ") as caught:
        cluster.start()
    assert "\n" not in caught.value.message


def test_a_home_that_is_a_file_is_one_clear_line(folder: Path) -> None:
    (folder / "home").write_text("not a folder")
    with pytest.raises(EmbeddedError, match="File exists"):
        Cluster(folder / "home").start()


def test_a_creation_that_was_cut_short_is_begun_again(folder: Path) -> None:
    half = folder / "home" / "data.new-half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    cluster = Cluster(folder / "home")
    try:
        assert ask(cluster.start(), "SELECT 1") == 1
        assert not half.exists()
    finally:
        cluster.stop()


def test_the_servers_version_is_new_enough(cluster_url: str) -> None:
    with psycopg.connect(cluster_url) as connection:
        check_server(connection)
        assert connection.info.server_version // 10_000 >= OLDEST_SERVER
