"""What the state decides for all its districts: each setting with what it says, and what holds until it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db import transaction

from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is on or off for the whole state."""

    name: str
    says: str
    default: bool


@dataclass(frozen=True, slots=True)
class Percent:
    """A share, from 0 to 100, that holds for the whole state."""

    name: str
    says: str
    default: int


SWITCHES: Final = (
    Switch("districts_verify", "Districts may compare their data with the state's", default=True),
    Switch("state_verifies", "The state may compare a district's data with its own", default=True),
)
OF_OBJECT: Final = Percent(
    "leftovers_of_object", "Removing leftovers needs approval past this percentage of an object's rows", 10
)
OF_SCHOOL: Final = Percent(
    "leftovers_of_school",
    "Removing leftovers needs approval past this percentage of one school's rows of an object",
    10,
)
PERCENTS: Final = (OF_OBJECT, OF_SCHOOL)
_BY_NAME: Final[Mapping[str, Switch]] = MappingProxyType({each.name: each for each in SWITCHES})


@database_errors()
def is_on(name: str) -> bool:
    """Whether a switch is on. ConfigError for one that there is not: a slip of ours."""
    default = _known(name).default
    found = models.StateSetting.objects.filter(name=name).values_list("value", flat=True).first()
    return default if found is None else bool(found)


@database_errors()
def switches() -> tuple[tuple[Switch, bool], ...]:
    """Every switch, and whether it is on."""
    kept = dict(models.StateSetting.objects.values_list("name", "value"))
    return tuple((each, bool(kept.get(each.name, each.default))) for each in SWITCHES)


@database_errors()
def set_switches(wanted: Mapping[str, bool], person: models.Person) -> tuple[str, ...]:
    """Set these switches; a line for each that changed, audited."""
    with transaction.atomic():
        before = {each.name: on for each, on in switches()}
        lines = []
        for name, on in wanted.items():
            switch = _known(name)
            if before[name] != on:
                values = {"value": on, "changed_by": person}
                models.StateSetting.objects.update_or_create(name=name, defaults=values)
                lines.append(f"{switch.says}: {'on' if on else 'off'}")
        if lines:
            audit(person, "changed the state's settings", None, "; ".join(lines))
    return tuple(lines)


@database_errors()
def percents() -> tuple[tuple[Percent, int], ...]:
    """Every share, and what it is set to."""
    kept = dict(models.StateSetting.objects.values_list("name", "value"))
    return tuple((each, int(kept.get(each.name, each.default))) for each in PERCENTS)


@database_errors()
def set_percents(wanted: Mapping[str, str], person: models.Person) -> tuple[str, ...]:
    """Set these shares, each as people type it; a line for each that changed, audited. ConfigError for none."""
    with transaction.atomic():
        lines = []
        for each, before in percents():
            text = wanted.get(each.name, str(before)).strip().removesuffix("%").strip()
            if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
                raise ConfigError(f"{each.says}: give a whole number from 0 to 100.")
            if int(text) != before:
                values = {"value": int(text), "changed_by": person}
                models.StateSetting.objects.update_or_create(name=each.name, defaults=values)
                lines.append(f"{each.says}: {int(text)} %")
        if lines:
            audit(person, "changed the state's settings", None, "; ".join(lines))
    return tuple(lines)


def _known(name: str) -> Switch:
    if name not in _BY_NAME:
        raise ConfigError(f'There is no switch "{name}".')
    return _BY_NAME[name]
