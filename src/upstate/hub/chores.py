"""What every worker does now and then. Several may do the same at once: each chore takes care of that itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from upstate.hub.approving import tell_of_held
from upstate.hub.mailing import send_due_mail
from upstate.hub.notices import tell_of_ended
from upstate.hub.stalls import tell_of_stalls


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so many seconds."""

    name: str
    every: float
    do: Callable[[], Any]


CHORES: Final = (
    Chore("tell of what has ended", 2.0, tell_of_ended),
    Chore("tell of removals that wait", 5.0, tell_of_held),
    Chore("tell of what stands still", 60.0, tell_of_stalls),
    Chore("send the mails that are due", 5.0, send_due_mail),
)
