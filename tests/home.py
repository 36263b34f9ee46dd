"""The folder of a run of the tests: its servers, what its tests write for a while, and what all its processes share."""

from __future__ import annotations

import copyreg
import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import psutil
import pytest

from upstate.embedded import Cluster

T = TypeVar("T")
HOME = pytest.StashKey[Path]()
MUCH = 6 << 30  # bytes; a run takes a tenth of it


def make_home(config: pytest.Config) -> None:
    """Give the run its folder: the first process makes it, and tells xdist's workers."""
    worker = getattr(config, "workerinput", None)
    home = Path(worker["home"]) if worker else _new_home()
    (home / "tmp").mkdir(exist_ok=True)
    (home / "tmp").chmod(0o1777)
    os.environ["TMPDIR"] = tempfile.tempdir = str(home / "tmp")
    config.option.basetemp = config.option.basetemp or home / "tmp" / "pytest"
    config.stash[HOME] = home


def remove_home(home: Path) -> None:
    """Stop what servers the run has, and remove its folder."""
    for data in home.glob("*/data"):
        Cluster(data.parent).stop()
    shutil.rmtree(home, ignore_errors=True)


def once(config: pytest.Config, name: str, make: Callable[[Path], T]) -> T:
    """What `make` makes in a folder: the first process of the run that asks makes it, for all of them."""
    folder = config.stash[HOME] / name
    with (config.stash[HOME] / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that was broken off
            folder.mkdir()
            made.write_bytes(pickle.dumps(make(folder)))
        found: T = pickle.loads(made.read_bytes())
        return found


def _new_home() -> Path:
    where = _roomy()
    for owner in () if where is None else where.glob("upstate-*/owner"):
        ours = owner.stat().st_uid == os.getuid()  # what another user's run left is theirs to remove
        if ours and not psutil.pid_exists(int(owner.read_text() or os.getpid())):  # killed; memory is not to fill up
            remove_home(owner.parent)
    home = Path(tempfile.mkdtemp(prefix="upstate-", dir=where))
    (home / "owner").write_text(str(os.getpid()))
    home.chmod(0o711)  # where the server cannot be root it must pass through
    return home


def _roomy() -> Path | None:
    """Memory, where there is much of it: a database is 2,000 files, and some disks take half a second for them."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return None
    return memory if min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > MUCH else None


def _frozen(kept: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(kept)


copyreg.pickle(MappingProxyType, lambda kept: (_frozen, (dict(kept),)))  # what `once` makes may hold a catalog
