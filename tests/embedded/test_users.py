"""Root and ordinary users: who the server runs as, and to whom its files belong."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

import upstate.embedded
from upstate.embedded import Cluster
from upstate.embedded.account import NAMESPACE
from upstate.embedded.programs import program_folder
from upstate.errors import EmbeddedError

NAMED, NAMELESS = 1, 54321  # containers run programs as users that no list of users has
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
namespaces = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"], check=False).returncode != 0,
    reason="no user namespaces here",
)


def server(cluster: Cluster) -> psutil.Process:
    return psutil.Process(int((cluster.home / "data" / "postmaster.pid").read_text().split()[0]))


def ask(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM pg_database WHERE datname = 'upstate'").fetchone()


@as_root
@namespaces
def test_roots_server_and_its_files_are_roots_seen_from_outside(cluster: Cluster) -> None:
    assert ask(cluster.start()) == (1,)
    assert server(cluster).uids().real == 0
    assert {path.lstat().st_uid for path in cluster.home.rglob("*")} == {0}


@as_root
def test_without_user_namespaces_roots_server_runs_as_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not others_may_enter(program_folder()):
        pytest.skip("the programs lie in a folder that only root may enter")
    monkeypatch.setenv("PATH", str(folder))
    cluster = Cluster(folder / "home")
    try:
        assert ask(cluster.start()) == (1,)
        nobody = pwd.getpwnam("nobody").pw_uid
        assert server(cluster).uids().real == nobody
        assert {(cluster.home / name).stat().st_uid for name in ("data", "run", "server.log")} == {nobody}
        assert cluster.home.stat().st_uid == 0
        cluster.stop()
        monkeypatch.undo()  # the data stay nobody's, so the server does, whatever else has become possible
        assert ask(cluster.start()) == (1,)
        assert server(cluster).uids().real == nobody
    finally:
        cluster.stop()


@as_root
def test_where_only_root_may_enter_and_no_namespace_helps_one_line_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedError, match="does not run as root, and no other user may enter") as caught:
        Cluster(closed / "home").start()
    assert "\n" not in caught.value.message


@as_root
@namespaces
def test_a_home_under_a_folder_only_root_may_enter_works(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "home")
    try:
        assert ask(cluster.start()) == (1,)
    finally:
        cluster.stop()


@pytest.fixture(params=[pytest.param(NAMED, id="named"), pytest.param(NAMELESS, id="nameless", marks=namespaces)])
def user(request: pytest.FixtureRequest) -> int:
    """An ordinary user's id."""
    return int(request.param)


@pytest.fixture
def as_user(user: int) -> Callable[[str, Path], "subprocess.CompletedProcess[str]"]:
    """Runs a line of Python about `cluster` as an ordinary user, with the Python and packages of this test."""
    packages = [str(Path(module.__path__[0]).parent) for module in (psutil, upstate)]

    def environment(home: Path) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": ":".join(packages)}

    def run(python: str, code: str, home: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python, "-c", code, str(home)],
            user=user,
            group=user,
            extra_groups=[],
            cwd="/",
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
        )

    def usable(python: str) -> bool:
        try:
            code = "import sys, psycopg, upstate.embedded; print(sys.version_info[:2])"
            return run(python, code, Path("/")).stdout.strip() == str(sys.version_info[:2])
        except OSError:
            return False

    python = next((path for path in (sys.executable, "/usr/bin/python3") if usable(path)), None)
    if python is None:
        pytest.skip("no Python and checkout that an ordinary user may enter")

    def of_cluster(code: str, home: Path) -> "subprocess.CompletedProcess[str]":
        start = "import sys, psycopg; from pathlib import Path; from upstate.embedded import Cluster;"
        return run(python, f"{start} cluster = Cluster(Path(sys.argv[1])); {code}", home)

    return of_cluster


@as_root
def test_an_ordinary_user_has_a_server_of_their_own_that_root_may_use_and_stop(
    folder: Path, user: int, as_user: Callable[[str, Path], "subprocess.CompletedProcess[str]"]
) -> None:
    mine = folder / "mine"
    mine.mkdir(mode=0o700)
    os.chown(mine, user, user)
    cluster = Cluster(mine / "home")
    try:
        done = as_user("psycopg.connect(cluster.start()).close()", cluster.home)
        assert (done.returncode, done.stderr) == (0, "")
        assert server(cluster).uids().real == user
        assert ask(cluster.start()) == (1,)
        cluster.stop()
        assert ask(cluster.start()) == (1,)  # started by root now, and still the user's
        assert server(cluster).uids().real == user
        done = as_user("cluster.stop(); cluster.start(); cluster.stop()", cluster.home)
        assert (done.returncode, done.stderr) == (0, "")
        assert {path.lstat().st_uid for path in cluster.home.rglob("*")} == {user}
    finally:
        cluster.stop()


@as_root
def test_a_home_of_somebody_else_is_refused_in_one_line(
    cluster: Cluster, as_user: Callable[[str, Path], "subprocess.CompletedProcess[str]"]
) -> None:
    cluster.start()
    cluster.home.chmod(0o700)
    done = as_user("cluster.start()", cluster.home)
    assert "EmbeddedError: The PostgreSQL in" in done.stderr
    assert "Permission denied" in done.stderr.splitlines()[-1]


def others_may_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])
