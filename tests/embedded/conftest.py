"""Clusters that a test may kill: each has a home of its own, and is stopped and removed after the test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from upstate.embedded import Cluster


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose data are made but not running; copies of it start three times as fast as a new one."""
    home = tmp_path_factory.mktemp("made") / "home"
    Cluster(home).start()
    Cluster(home).stop()
    return home


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that other users may pass through."""
    path = Path(tempfile.mkdtemp(prefix="upstate-home-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def new_cluster(folder: Path, made: Path) -> Iterator[Callable[[str], Cluster]]:
    """Makes a cluster whose home has the name given, its data copied; stops all of them in the end."""
    clusters: list[Cluster] = []

    def make(name: str) -> Cluster:
        home = folder / name
        shutil.copytree(made / "data", home / "data")
        clusters.append(Cluster(home))
        return clusters[-1]

    yield make
    for cluster in clusters:
        cluster.stop()


@pytest.fixture
def cluster(new_cluster: Callable[[str], Cluster]) -> Cluster:
    """One cluster, not running."""
    return new_cluster("home")
