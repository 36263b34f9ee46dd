"""What someone chose on the Batch page, and the plan that comes of it: page and planner cannot disagree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from upstate.hub.districts import KnownDistrict, ever_sent, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Person, Resync
from upstate.planning import Plan, make_plan


@dataclass(frozen=True, slots=True)
class Choice:
    """The objects as they were asked for; None: everything that is offered."""

    objects: tuple[str, ...] | None
    check_dependencies: bool

    @staticmethod
    def of(form: QueryDict) -> Choice:
        """The choice that a form or an address carries, as yet unchecked.

        Check dependencies is on unless told otherwise: a form sends `check=0` always, and after it `check=1` where the
        box is marked; the last one counts.
        """
        every = form.get("every") == "1"
        objects = tuple(dict.fromkeys(form.getlist("object")))
        return Choice(None if every else objects, form.get("check", "1") != "0")

    @property
    def query(self) -> str:
        """The choice as the query of an address."""
        check = ("check", "1" if self.check_dependencies else "0")
        marks = [("every", "1")] if self.objects is None else [("object", name) for name in self.objects]
        return urlencode([check, *marks])


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice, planned."""

    choice: Choice
    district: KnownDistrict
    plan: Plan

    @property
    def token(self) -> str:
        """Tells this plan from any other, so that what is sent is what was shown."""
        said = [self.plan.mode, *(f"{step.object} {step.school_year} {step.added_for}" for step in self.plan.steps)]
        return hashlib.blake2b("\n".join(said).encode(), digest_size=12).hexdigest()


def plan_choice(choice: Choice, district: District, year: int) -> Chosen:
    """The plan of a choice for a district's year; PlanError says in one line why there can be none."""
    known = find_district(district.name)
    plan = make_plan(
        catalog_in_force(),
        choice.objects,
        known.zone,
        check_dependencies=choice.check_dependencies,
        year=year,
        ever_sent=ever_sent(known),
    )
    return Chosen(choice, known, plan)


def number_in(form: QueryDict, name: str) -> int | None:
    """A number that a form carries as we wrote it; None where it is none of ours."""
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def newest_resync(zone: int) -> int:
    """The newest resync of a zone, 0 where there is none: where a form stands in time."""
    newest = Resync.objects.filter(zone=zone).order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def ahead_of(zone: int, year: int) -> list[Resync]:
    """What of a zone and year comes before what is placed now: what runs, then what waits, the oldest first."""
    return list(Resync.objects.filter(zone=zone, school_year=year, state__in=("queued", "running")).order_by("id"))


def whose_turn(ahead: list[Resync]) -> str:
    """Behind whom something waits that was placed; empty where it begins at once."""
    if not ahead:
        return ""
    others = f" and {len(ahead) - 1} more" if len(ahead) > 1 else ""
    verb = "is running" if ahead[0].state == "running" else "comes first"
    return f"waits: resync {ahead[0].id} of {ahead[0].asked_by} {verb}{others}. It begins by itself."


def sent_already(
    plan: Plan, zone: int, person: Person, since: int, *, rehearse: bool = False, remove_leftovers: bool = False
) -> Resync | None:
    """What the same form placed before, pressed twice: this person's same plan, placed after the form was drawn."""
    mode = "rehearsal" if rehearse else plan.mode
    mine = Resync.objects.filter(
        zone=zone,
        id__gt=since,
        asked_by_person=person,
        school_year=plan.school_year,
        mode=mode,
        remove_leftovers=remove_leftovers,
    )
    return next((resync for resync in mine.order_by("id") if tuple(resync.objects_in_order) == plan.objects), None)
