"""Who may start a verification of a district: each of district and state has its own right and its own switch."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.hub.models import Person
from upstate.hub.rights import may
from upstate.hub.state_settings import is_on

_NO_RIGHT = "Your roles do not include the right to compare this district with the state."
_DISTRICTS_OFF = "The state has switched off that districts verify; ask the state to verify, or to switch it on."
_STATE_OFF = "Verifying for the state is switched off in the state's settings."


@dataclass(frozen=True, slots=True)
class Start:
    """Whether someone may start one: `why_not` is empty where they may; `by_state`: in the state's name.

    Who `has_right` and may not is kept from it by a switch.
    """

    by_state: bool
    why_not: str = ""
    has_right: bool = True


def may_verify(person: Person, district: int) -> Start:
    """Whether a person may start a verification of a district, by id, and in whose name.

    Who may for the district does so for the district; `verification.run` and `verifications.run` are the rights.
    """
    for_district = may(person, "verification.run", district)
    for_state = may(person, "verifications.run", None)
    if for_district and is_on("districts_verify"):
        return Start(by_state=False)
    if for_state and is_on("state_verifies"):
        return Start(by_state=True)
    if for_district:
        return Start(by_state=False, why_not=_DISTRICTS_OFF)
    if for_state:
        return Start(by_state=True, why_not=_STATE_OFF)
    return Start(by_state=False, why_not=_NO_RIGHT, has_right=False)
