"""One embedded PostgreSQL: a home folder with its data, its socket and its log; started, stopped, found again."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from upstate.embedded.account import Account, choose_account
from upstate.embedded.postmaster import (
    alive,
    answers,
    end_orphans,
    end_postmaster,
    find_postmaster,
    process_of,
    wait_until,
)
from upstate.embedded.programs import program_folder, program_version
from upstate.embedded.settings import settings_text
from upstate.embedded.sockets import prepare_socket_folder, socket_folder
from upstate.errors import EmbeddedError

START_SECONDS = 600  # after a crash the server first replays up to max_wal_size of its log
STOP_SECONDS = 60
MOST_LOG_BYTES = 4 << 20
KEPT_LOG_BYTES = 1 << 20


@dataclass(frozen=True)
class Cluster:
    """The embedded PostgreSQL that lives in `home`. It outlives whoever starts it; any process may stop it.

    Every method raises EmbeddedError, with one clear line, where it cannot do what it says.
    """

    home: Path

    def start(self) -> str:
        """Start the server unless it runs, making its data first where there are none; returns its URL."""
        with self._alone():
            running = find_postmaster(self._data)
            if running is not None and not self._comes_up(running.process):
                end_postmaster(running, STOP_SECONDS)
                running = None
            if running is None:
                self._launch()
            else:
                self._shorten_log()
        return self.url()

    def stop(self) -> None:
        """Shut the server down and wait for it; where none runs, nothing happens."""
        if not self._home.is_dir():
            return
        with self._alone():
            running = find_postmaster(self._data)
            if running is None:
                return
            if not end_postmaster(running, STOP_SECONDS):
                raise EmbeddedError(f"The PostgreSQL in {self._home} (process {running.process.pid}) will not stop.")
            if running.socket_folder.parent != self._home:  # nothing is left behind in the temporary folder
                with contextlib.suppress(OSError):
                    running.socket_folder.rmdir()

    def running(self) -> bool:
        """Whether the server takes connections now."""
        with self._told():
            running = find_postmaster(self._data)
        return running is not None and running.ready

    def url(self) -> str:
        """The URL of its database `upstate`, whether it runs or not; libpq, psycopg and ADBC take it."""
        with self._told():
            running = find_postmaster(self._data)
        # another process may have had another folder for temporary files in mind
        folder = running.socket_folder if running is not None else socket_folder(self._home)
        return f"postgresql://upstate@/upstate?host={quote(os.fsencode(folder), safe='')}&port=5432"

    @property
    def _home(self) -> Path:
        return self.home.expanduser().resolve()

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _log(self) -> Path:
        return self._home / "server.log"

    @property
    def _name(self) -> str:
        return f"upstate-{hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]}"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """The one place where the system's errors become ours."""
        try:
            yield
        except OSError as error:
            where = error.filename if error.filename is not None else self._home
            raise EmbeddedError(f"The PostgreSQL in {self._home}: {error.strerror or error} ({where}).") from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the home's lock: of two processes that start or stop, the second waits for the first."""
        with self._told():
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.geteuid() == 0:  # the home's owner must be able to take it as well
                    os.fchown(lock, self._home.stat().st_uid, -1)
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)

    def _comes_up(self, process: psutil.Process | None) -> bool:
        """Wait until this server answers; False where it ended, or never will."""
        if process is None:
            return False

        def settled() -> bool:
            now = find_postmaster(self._data)
            return not alive(process) or (now is not None and now.ready)

        wait_until(settled, START_SECONDS)
        # one that was just killed looks alive for a moment, and a clean-up may have taken its socket away
        return alive(process) and answers(self.url())

    def _launch(self) -> None:
        programs = program_folder()
        account = choose_account(self._home, self._data, programs / "postgres")
        version = program_version(programs)
        if not self._data.exists():
            self._create(programs, account)
        made_by = (self._data / "PG_VERSION").read_text().strip()
        if made_by != str(version):
            raise EmbeddedError(
                f"The data in {self._home} were made by PostgreSQL {made_by}, this is {version}; "
                "dump them with the older one, or choose another UPSTATE_HOME."
            )
        if not end_orphans(self._name):
            raise EmbeddedError(
                f"Processes of a PostgreSQL that crashed in {self._home} will not end; end them by hand."
            )
        # no server runs and no orphan does: whoever has that process id now, it is not a server of ours
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        folder = socket_folder(self._home)
        prepare_socket_folder(folder, account)
        (self._data / "upstate.conf").write_text(settings_text(self._name, folder))
        account.own(self._data / "upstate.conf")
        self._log.touch(mode=0o600)
        account.own(self._log)
        self._shorten_log()
        before = self._log.stat().st_size
        # not pg_ctl: it puts these paths into a shell's command unquoted; here the shell gets them as arguments
        detach = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
        said = account.run(["/bin/sh", "-c", detach, "sh", self._log, programs / "postgres", "-D", self._data]).stdout
        if not self._comes_up(process_of(said.splitlines())):
            raise EmbeddedError(f"PostgreSQL would not start: {self._last_words(before) or said.strip()}")

    def _create(self, programs: Path, account: Account) -> None:
        """Make the data beside their place and move them there whole: half a creation is never taken for one."""
        for left in self._home.glob("data.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=self._home))
        account.own(fresh)
        options = "--username=upstate --auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin"
        try:
            made = account.run(
                [programs / "initdb", "-D", fresh, *options.split(), "--builtin-locale=C.UTF-8", "--no-instructions"]
            )
            if made.returncode == 0:
                with (fresh / "postgresql.conf").open("a") as conf:
                    conf.write("\ninclude_if_exists 'upstate.conf'\n")
                made = account.run(
                    [programs / "postgres", "--single", "-D", fresh, "postgres"], "CREATE DATABASE upstate\n"
                )
            if made.returncode:
                said = " ".join(made.stdout.strip().splitlines()[-2:])
                raise EmbeddedError(f"PostgreSQL could not make its data in {self._home}: {said}")
            fresh.rename(self._data)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _last_words(self, before: int) -> str:
        """What the server said last, past `before` bytes of the log: its FATAL line if there is one."""
        with self._log.open("rb") as log:
            log.seek(before)
            lines = log.read().decode(errors="replace").strip().splitlines()
        telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines
        return f"{telling[-1].strip()} (more in {self._log})" if telling else ""

    def _shorten_log(self) -> None:
        """Keep the end of a log that grew long; the server appends, so it goes on after what is kept."""
        if self._log.exists() and self._log.stat().st_size > MOST_LOG_BYTES:
            with self._log.open("r+b") as log:
                log.seek(-KEPT_LOG_BYTES, os.SEEK_END)
                kept = log.read()
                log.seek(0)
                log.write(kept)
                log.truncate()
