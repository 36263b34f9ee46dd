"""The history of Selective Sync: what was asked for, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from upstate.hub.models import Person, Selection
from upstate.hub.selections import lacking_counts
from upstate.hub.web.pages.history_runs import RunLine, run_lines


@dataclass(frozen=True, slots=True)
class Line:
    """One of them: its run, how many records were asked for, and how many are not there (None: not known)."""

    run: RunLine
    selection: Selection
    records: int
    not_there: int | None


def selections_of(zone: int) -> QuerySet[Selection]:
    """Those of a zone, in no order, each with its resync and with `count` in place of the records themselves."""
    rows = Selection.objects.filter(resync__zone=zone, resync__mode="selective")
    return rows.select_related("resync", "resync__requested").defer("asked").annotate(count=F("asked__len"))


def lines_of(selections: Sequence[Selection], person: Person) -> list[Line]:
    """These with their results, in a few statements for all of them."""
    runs = run_lines([each.resync for each in selections], person)
    lacking = lacking_counts([each.resync_id for each in selections])
    return [
        Line(run, each, each.count, lacking.get(each.resync_id))  # type: ignore[attr-defined]
        for run, each in zip(runs, selections, strict=True)
    ]
