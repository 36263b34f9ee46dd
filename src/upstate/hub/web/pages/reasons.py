"""The reasons there are: for each what it says, what to do about it, and of which objects it can be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.catalog import Catalog, SyncObject
from upstate.hub.in_force import catalog_in_force
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.loading import wording

# What is found among records is worded in the loader's SQL, with the keys in it; here without them.
_AMONG: Final = (
    (
        wording.MISSING,
        "failed",
        "A column points at a record that does not exist, neither in what was sent nor at the state.",
        "Correct the column, or add the record it points at in the district and send that object first.",
    ),
    (
        wording.DUPLICATE,
        "failed",
        "Several records share what must be unique. None of them lands, for nobody here can tell which one is right.",
        "Keep one of them and remove or change the others.",
    ),
    (
        wording.DUPLICATE_KEY,
        "failed",
        "The key came more than once.",
        "Keep one record with this key and remove the others, or give them keys of their own.",
    ),
    (
        wording.REFUSED,
        "failed",
        "The state's own database refuses the record: a check, a unique index or a trigger of the state's.",
        "The message names the rule. Ask the state what it demands.",
    ),
    (
        wording.PARENT_FAILED,
        "blocked",
        "A record it needs did not land.",
        "Nothing is wrong with this record: mend its root, and it goes too.",
    ),
    (
        wording.PARENT_EXCLUDED,
        "excluded",
        "Policy keeps out a record it needs.",
        "Nothing is wrong with this record: it may go once its root may.",
    ),
    (
        wording.VALUE_OF_FAILED,
        "blocked",
        "It shares what must be unique with the row that the state still holds of a record that did not land.",
        "Nothing is wrong with this record: mend its root, and it goes too.",
    ),
    (
        wording.VALUE_OF_EXCLUDED,
        "excluded",
        "It shares what must be unique with the row that the state still holds of a record that policy keeps out.",
        "Nothing is wrong with this record: it may go once its root may, or once the state removes that row.",
    ),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with its words; `objects` is empty where it can be said of any."""

    name: str
    verdict: str
    message: str
    advice: str
    objects: tuple[str, ...] = ()


@require_GET
@needs("errors.view", where="anywhere")
def reasons(request: Request) -> HttpResponse:
    """Every reason: those of each catalog's rules, those found among records, and those found in one value."""
    catalog = catalog_in_force()
    parts = (
        ("Among records", "These need other records to be known.", tuple(_found_among(catalog))),
        ("In one value", "A value does not fit its column. It never stops the other records.", tuple(_inspected())),
        ("Rules of the catalog", "What this state asks of each object.", tuple(rule_reasons(catalog))),
    )
    return render(request, "hub/reasons.html", {"parts": parts})


def rule_reasons(catalog: Catalog) -> Iterator[Reason]:
    """The reasons of the catalog's rules; one with the same words in several objects comes once, with all of them."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for obj in catalog:
        for rule in obj.rules:
            found.setdefault((rule.reason, rule.verdict, rule.message, rule.advice), []).append(obj.name)
    for (name, verdict, message, advice), objects in sorted(found.items()):
        yield Reason(name, verdict, message, advice, tuple(objects))


def _inspected() -> Iterator[Reason]:
    blanks = {"column": "The column", "room": "what the catalog says of it", "object": "record"}
    for name, (message, advice) in sorted(wording.INSPECTED.items()):
        said = advice.format(**{**blanks, "column": "the column"})
        yield Reason(name, "failed", message.format(**blanks), said[0].upper() + said[1:])


def _found_among(catalog: Catalog) -> Iterator[Reason]:
    for name, verdict, message, advice in _AMONG:
        yield Reason(name, verdict, message, advice, tuple(obj.name for obj in catalog if _can_meet(obj, name)))


def _can_meet(obj: SyncObject, reason: str) -> bool:
    if reason in (wording.DUPLICATE, wording.VALUE_OF_FAILED, wording.VALUE_OF_EXCLUDED):
        return bool(obj.uniques)
    if reason in (wording.MISSING, wording.PARENT_FAILED):
        return bool(obj.references)
    if reason == wording.PARENT_EXCLUDED:
        return any(reference.when_excluded == "reject" for reference in obj.references)
    return True
