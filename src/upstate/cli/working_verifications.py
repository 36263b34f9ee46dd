"""A worker at a verification: runs it to its end under its zone's lock, and notes how it went for the agent."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from upstate.cli.sources import source_of
from upstate.cli.verifying import run_verification
from upstate.errors import DatabaseError, UpstateError
from upstate.hub.agents import note_line
from upstate.hub.districts import KnownDistrict
from upstate.hub.in_force import catalog_in_force
from upstate.hub.verifications import PlacedVerification, fail_verification, leave_verification
from upstate.hub.zone_lock import ZoneLock
from upstate.loading.verifying import Looked

_log = logging.getLogger(__name__)


class _Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The worker was told to stop."""


def work_at_verification(
    database_url: str, lock: ZoneLock, district: KnownDistrict, placed: PlacedVerification, stop: threading.Event
) -> None:
    """Run a verification to its end, unless `stop` is set: then it is left, to be begun anew by the next worker.

    DatabaseError where the state is gone; whatever else is wrong ends the verification with a line that says so.
    """
    compared: list[Looked] = []

    def see(looked: Looked) -> None:
        compared.append(looked)
        if stop.is_set():
            raise _Stopped
        if lost.is_set():
            raise DatabaseError("The lock on the zone and year was lost; the verification is begun anew.")

    try:
        catalog = catalog_in_force()
        source = source_of(district.source_url, district.mapping, catalog)
        source.check([catalog[name] for name, _ in placed.steps if name in catalog])
        with _confirmed(lock) as lost:
            state = run_verification(database_url, placed, district, catalog, source, see)
    except _Stopped:
        leave_verification(placed.id)
        return
    except DatabaseError:
        raise
    except UpstateError as error:
        fail_verification(placed.id, error.message)
        said, state = error.message, "failed"
    except Exception as error:  # noqa: BLE001 - a verification that cannot end would be tried for ever
        _log.exception("verification %s", placed.id)
        said, state = f"Upstate met an error of its own ({type(error).__name__}); its log has more.", "failed"
        fail_verification(placed.id, said)
    else:
        equal = sum(each.equal for each in compared)
        said = f"{equal} of {len(compared)} objects are equal."
    note_line(district.id, f"Verification {placed.id} {state}: {said}", went_wrong=state == "failed")


@contextlib.contextmanager
def _confirmed(lock: ZoneLock) -> Iterator[threading.Event]:
    """Tell the server now and then that we are still there; the event is set where it took the lock back."""
    ended, lost = threading.Event(), threading.Event()

    def confirm() -> None:
        while not ended.wait(lock.confirm_every):
            try:
                lock.confirm()
            except DatabaseError:
                lost.set()
                return

    thread = threading.Thread(target=confirm, name="zone lock")
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()
