"""A run of some records only, as its page tells of it: what it healed or went on from, and what it met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.rows import dict_row

from upstate.catalog import Catalog
from upstate.hub.models import District, Selection
from upstate.hub.postgres import Connection, statement
from upstate.hub.templatetags.wording import key_text
from upstate.hub.web.pages.errors_key import Key
from upstate.hub.web.pages.errors_listing import rejections_listed
from upstate.hub.web.pages.errors_wanted import Wanted
from upstate.hub.web.pages.history_runs import ObjectLine, RunLine

SOME: Final = ("selective", "heal")
_MOST_MET = 50


@dataclass(frozen=True, slots=True)
class Healed:
    """The root that a run was to heal, and in one line what came of it; empty while it runs."""

    object: str
    key: Key
    says: str


def healed_by(line: RunLine, objects: Sequence[ObjectLine], followers: Sequence[RunLine]) -> Healed | None:
    """What a run healed; None where it was for something else, or goes on from one that was."""
    if line.resync.mode != "heal":
        return None
    asked = Selection.objects.filter(resync=line.resync).first()
    if asked is None:
        return None
    key = tuple(asked.asked[0])
    return Healed(asked.object, key, _said(f"{asked.object} {key_text(key)}", line, objects, followers))


def _said(called: str, line: RunLine, objects: Sequence[ObjectLine], followers: Sequence[RunLine]) -> str:
    if line.resync.finished_at is None:
        return ""
    landed = all(each.state == "landed" and not each.counts.errors for each in objects)
    if not landed and not followers:
        return f"{called} did not land, so nothing that it holds back was sent."
    there = "landed" if line.counts.processed else "is in the district no more"
    if not followers:
        return f"{called} {there}. Nothing else was to be sent."
    sent = " and ".join(str(each.resync.id) for each in followers)
    if not landed and all(each.resync.finished_at for each in followers) and not _any_landed(followers):
        return f"{called} waits for another record now, and so does what it held back: resync {sent} says for which."
    if not landed:  # it may land only with what hangs on it
        return f"{called} and what it held back went on as resync {sent}."
    return f"{called} {there}, and what it held back went on as resync {sent}."


def _any_landed(followers: Sequence[RunLine]) -> bool:
    return any(each.counts.landed for each in followers)


def told_of(line: RunLine, objects: Sequence[ObjectLine]) -> tuple[ObjectLine, ...]:
    """The objects worth a line: of a run of some records that has ended, not those it had no record of."""
    if line.resync.mode not in SOME or line.resync.finished_at is None:
        return tuple(objects)
    return tuple(each for each in objects if each.counts.processed or each.state != "landed")


def met_by(
    connection: Connection,
    catalog: Catalog,
    district: District,
    line: RunLine,
    objects: Iterable[ObjectLine],
    healed: Healed | None,
) -> list[dict[str, Any]]:
    """What is still open of the rejections that a run of some records was the last to meet; the first of them."""
    if healed is not None:
        wanted = Wanted(object=healed.object, record=healed.key)
        found = rejections_listed(connection, catalog, district, wanted, None, _MOST_MET)
        return [row for row in found if row["last_seen_id"] == line.resync.id]
    names = [each.object for each in objects if each.counts.errors]
    if not names:
        return []
    values = {"district": district.id, "resync": line.resync.id, "objects": names, "most": _MOST_MET}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement("met_by_resync"), values).fetchall()
