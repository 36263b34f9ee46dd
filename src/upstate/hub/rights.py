"""The rights there are, tool by tool, the roles that come with Upstate, and the one question: may this person?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from upstate.errors import ConfigError
from upstate.hub.models import Person


@dataclass(frozen=True, slots=True)
class Right:
    """One right: `name` is tool.verb, `letter` says what it is among read, write, add and delete."""

    name: str
    letter: str
    says: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool and its rights. `for_state`: they can be held for the whole state only."""

    title: str
    rights: tuple[Right, ...]
    for_state: bool = False


TOOLS: Final = (
    Tool(
        "Batch",
        (
            Right("batch.view", "R", "see the Batch page, its history and a running resync"),
            Right("batch.run", "W", "send a resync"),
        ),
    ),
    Tool(
        "Error Log",
        (
            Right("errors.view", "R", "see what did not land and why, by key"),
            Right("errors.values", "W", "see the values of a record, not its key alone"),
            Right("errors.clear", "D", "clear rejections"),
        ),
    ),
    Tool(
        "Selective Sync",
        (
            Right("selective.view", "R", "see what was sent record by record"),
            Right("selective.use", "W", "send some records"),
            Right("selective.delete", "D", "delete the history of what was sent record by record"),
        ),
    ),
    Tool(
        "Verification",
        (
            Right("verification.view", "R", "see what differs between district and state"),
            Right("verification.run", "W", "compare district and state"),
        ),
    ),
    Tool(
        "Verification (State)",
        (
            Right("verifications.view", "R", "see at a glance which districts agree with the state"),
            Right("verifications.run", "W", "compare any district with the state"),
        ),
        for_state=True,
    ),
    Tool(
        "Leftovers",
        (
            Right("leftovers.view", "R", "see what the state holds that a district has no more"),
            Right("leftovers.remove", "D", "have a resync remove leftovers"),
        ),
    ),
    Tool(
        "Leftovers (State)",
        (Right("leftovers.approve", "D", "approve or discard a removal of many leftovers"),),
        for_state=True,
    ),
    Tool(
        "Process Alerts",
        (
            Right("alerts.view", "R", "get and see process alerts"),
            Right("alerts.delete", "D", "delete process alerts"),
        ),
    ),
    Tool(
        "Agents",
        (
            Right("agents.view", "R", "see the agents, their queues and logs"),
            Right("agents.change", "W", "connect an agent, stop it, change where it reads"),
        ),
    ),
    Tool(
        "Field Settings",
        (
            Right("fields.view", "R", "see which fields belong to the state"),
            Right("fields.change", "W", "change the owner of a field"),
        ),
    ),
    Tool(
        "People",
        (
            Right("people.view", "R", "see people, roles and the audit list"),
            Right("people.change", "A", "add people, give and take roles"),
        ),
    ),
    Tool(
        "State Requests",
        (
            Right("requests.view", "R", "see every district at a glance, and the requests there were"),
            Right("requests.place", "A", "ask districts for data"),
        ),
        for_state=True,
    ),
    Tool(
        "Zones",
        (
            Right("zones.view", "R", "see years, editions and switches"),
            Right("zones.change", "W", "switch the school year and what a zone may send"),
        ),
        for_state=True,
    ),
)

RIGHTS: Final[Mapping[str, Right]] = MappingProxyType({right.name: right for tool in TOOLS for right in tool.rights})
STATE_ONLY: Final = frozenset(right.name for tool in TOOLS if tool.for_state for right in tool.rights)

_LOOKING: Final = (
    "batch.view",
    "errors.view",
    "selective.view",
    "verification.view",
    "leftovers.view",
    "alerts.view",
    "agents.view",
    "fields.view",
)

# the state has ways of its own to the same; and who asks for a removal should not be who approves it
_THE_DISTRICTS: Final = ("batch.run", "selective.use", "verification.run", "leftovers.remove")

# a role's name: its rights; made by hub/people.py in every installation, and free to be changed there
ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "District administrator": (
            *_LOOKING,
            "batch.run",
            "selective.use",
            "selective.delete",
            "errors.values",
            "errors.clear",
            "verification.run",
            "leftovers.remove",
            "alerts.delete",
            "people.view",
            "people.change",
        ),
        "District reader": _LOOKING,
        "State administrator": tuple(name for name in RIGHTS if name not in _THE_DISTRICTS),
        "State reader": (*_LOOKING, "verifications.view", "requests.view", "zones.view"),
    }
)


def may(person: Person, right: str, district: int | None) -> bool:
    """Whether a person holds a right in a district, by id, or (None) for the whole state, which counts everywhere.

    ConfigError for a right that there is not: a slip of ours, not of theirs.
    """
    if right not in RIGHTS:
        raise ConfigError(f'There is no right "{right}".')
    if not person.is_active:
        return False
    held = person.rights
    if right in held.get(None, ()):
        return True
    return district is not None and right not in STATE_ONLY and right in held.get(district, ())


def may_anywhere(person: Person, right: str) -> bool:
    """Whether a person holds a right in any district, or for the state."""
    return may(person, right, None) or any(may(person, right, d) for d in person.rights if d is not None)


def districts_where(person: Person, right: str) -> frozenset[int] | None:
    """The districts in which a person holds a right, by id; None: in all of them."""
    if may(person, right, None):
        return None
    return frozenset(d for d in person.rights if d is not None and may(person, right, d))


def belongs(person: Person, district: int) -> bool:
    """Whether a person has any right at all in a district; to others it is as if it were not there."""
    held = person.rights
    return person.is_active and bool(held.get(None) or held.get(district))


def letters(tool: Tool, rights: Iterable[str]) -> str:
    """The letters of the rights held of a tool, as in RWA; empty for none."""
    held = frozenset(rights)
    return "".join(right.letter for right in tool.rights if right.name in held)
