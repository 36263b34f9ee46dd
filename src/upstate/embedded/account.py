"""As whom the server runs: PostgreSQL refuses to be root, and its files must stay its own."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from upstate.errors import EmbeddedError

# inside it root is called nobody, which satisfies PostgreSQL; seen from outside, process and files stay root's
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


@dataclass(frozen=True)
class Account:
    """How to start a program as the server's user: words put before it, or a user to become."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[str | Path], given: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this account, in a session of its own, its words captured."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(
            [*self.prefix, *map(str, command)],
            env={**clean, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",  # the caller's folder may be closed to this account
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        """Make a file or folder of ours belong to this account."""
        if self.uid is not None and path.lstat().st_uid != self.uid:
            os.chown(path, self.uid, -1 if self.gid is None else self.gid, follow_symlinks=False)

    def can(self, command: Sequence[str | Path]) -> bool:
        """Whether a program runs, and ends well, as this account."""
        try:
            return self.run(command).returncode == 0
        except OSError:
            return False


def choose_account(home: Path, data: Path, postgres: Path) -> Account:
    """The account for the cluster in `home`.

    An ordinary user is themself, as far as PostgreSQL lets them. Root stays with whoever owns what is there already;
    anew it takes a user namespace, or the user nobody where there is none.

    Raises:
        EmbeddedError: root has no way to run `postgres` in `home` as somebody else.
    """
    if os.geteuid() != 0:
        return ordinary(postgres)
    owner = (data if data.exists() else home).stat()
    if owner.st_uid != 0:
        candidates = [Account(uid=owner.st_uid, gid=owner.st_gid)]
    else:
        candidates = [Account(prefix=NAMESPACE)] if shutil.which(NAMESPACE[0]) else []
        if not data.exists():
            candidates.append(nobody())
    for account in candidates:
        if account.uid is not None and owner.st_uid == 0:
            home.chmod(stat.S_IMODE(owner.st_mode) | 0o011)  # nobody must pass through it to reach its own folder
        if account.can([postgres, "--version"]) and account.can(["/bin/sh", "-c", 'cd "$1"', "sh", home]):
            return account
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and no other user may enter {postgres.parent} and {home}; "
        "put both where others may enter, or set UPSTATE_DATABASE_URL."
    )


def ordinary(postgres: Path) -> Account:
    """The user we are; one without an entry among the users, as containers have them, needs a name for PostgreSQL."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        named = Account(prefix=NAMESPACE)
        return named if named.can([postgres, "--version"]) else Account()
    return Account()


def nobody() -> Account:
    """The user nobody, who owns nothing else."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(uid=65534, gid=65534)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)
