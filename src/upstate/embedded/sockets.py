"""The folder of the server's socket: ours alone, and short enough for the 107 bytes a socket's path may have."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from upstate.embedded.account import Account
from upstate.errors import EmbeddedError

SOCKET = ".s.PGSQL.5432"
MOST_BYTES = 107


def socket_folder(home: Path) -> Path:
    """`run` in the home, or a short folder under the temporary one where that path will not do."""
    folder = home / "run"
    if fits(folder):
        return folder
    name = f"upstate-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    return folder if fits(folder) else Path("/tmp") / name  # noqa: S108 - made and checked by prepare_socket_folder


def fits(folder: Path) -> bool:
    """Whether a socket in this folder has a path that the system takes, and clients: a comma parts hosts."""
    path = os.fsencode(folder / SOCKET)
    return len(path) <= MOST_BYTES and b"," not in path


def prepare_socket_folder(folder: Path, account: Account) -> None:
    """Make the folder, and clear what a dead server left in it. Only while no server of ours runs.

    Raises:
        EmbeddedError: something else stands there: a link, another's folder, or one that is open to others.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        there = folder.lstat()
        owners = {os.geteuid(), account.uid}
        if not stat.S_ISDIR(there.st_mode) or there.st_uid not in owners or stat.S_IMODE(there.st_mode) & 0o077:
            raise EmbeddedError(f"{folder} is not a private folder of ours; remove it and try again.") from None
    account.own(folder)
    for name in (SOCKET, SOCKET + ".lock"):
        (folder / name).unlink(missing_ok=True)
