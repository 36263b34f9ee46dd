"""Take from the candidates what was found against them, and what hangs on that in the same object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Reference
from upstate.loading.few import by_index, by_set
from upstate.loading.keys import found_keys, is_found, readable, typed_keys
from upstate.loading.parents import rejected_table
from upstate.loading.receipts import digest_of
from upstate.loading.statements import Part, columns, equal, key_text, statement
from upstate.loading.task import Candidates

Cursor = psycopg.Cursor[Any]

# How a verdict passes on to children in the same object: what failed first, since it weighs more than policy.
_SPREADS: tuple[Mapping[str, Any], ...] = (
    {
        "class": 2,
        "verdict": "blocked",
        "reason": "parent_failed",
        "message": "Its %s %s did not land.",
        "causes": ["failed", "blocked"],
    },
    {
        "class": 3,
        "verdict": "excluded",
        "reason": "parent_excluded",
        "message": "Policy keeps its %s %s out.",
        "causes": ["excluded"],
    },
)


def turn_away(cursor: Cursor, candidates: Candidates, *, refused: int, known: bool = False) -> int:
    """Take from the candidates what was found, and what hangs on it in the same object; returns how many records.

    `known`: the planner knows already how much was found.
    """
    obj = candidates.task.object
    references = [r for r in obj.references if r.to == obj.name]
    if references:
        with by_set(cursor, candidates.task):
            _spread_all(cursor, candidates, references, refused=refused)
    if cursor.execute(statement("any_found")).fetchone() is None:
        return 0
    if not known:
        cursor.execute(statement("analyze_finding"))
    with by_index(cursor, candidates.task):
        (removed,) = run(cursor, "remove_found", candidates).fetchone() or (0,)
    return removed


def run(cursor: Cursor, name: str, candidates: Candidates, **values: object) -> Cursor:
    """Execute the statement of this name about the candidates."""
    obj = candidates.task.object
    return cursor.execute(
        statement(
            name,
            keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            candidates=candidates.table,
            found=is_found(obj),
            digest=digest_of(obj, "record"),
        ),
        {**candidates.task.values, **values},
    )


def _spread_all(cursor: Cursor, candidates: Candidates, references: Sequence[Reference], *, refused: int) -> None:
    if refused:
        for reference in references:
            _spread_refused(cursor, candidates, reference)
    for way in _SPREADS:
        while sum(_spread(cursor, candidates, reference, way) for reference in references):
            pass
        keep_first_class(cursor, candidates)


def _spread_refused(cursor: Cursor, candidates: Candidates, reference: Reference) -> None:
    obj = candidates.task.object
    parts = _spread_parts(candidates, reference)
    cursor.execute(
        statement("spread_refused", **parts, keys=typed_keys(obj), readable=readable(obj)),
        {**candidates.task.values, "columns": ", ".join(reference.columns)},
    )


def _spread(cursor: Cursor, candidates: Candidates, reference: Reference, way: Mapping[str, Any]) -> int:
    """One step; returns how many records were found. Repeated over all references until none are: a fixed point."""
    keys = found_keys(candidates.task.object)
    parts = _spread_parts(candidates, reference)
    cursor.execute(
        statement(
            "spread", **parts, causes=_causes(candidates), keys=columns(None, keys), found_key=key_text("cause", keys)
        ),
        {**candidates.task.values, **way, "columns": ", ".join(reference.columns)},
    )
    return cursor.rowcount


def _causes(candidates: Candidates) -> Part:
    """Where parents in the same object stand that do not land: `judge` has seen to what was rejected before."""
    obj = candidates.task.object
    if not candidates.task.chosen:
        return sql.Identifier("finding")
    return statement("causes_beside", keys=columns(None, found_keys(obj)), rejected=rejected_table(obj, obj.name))


def _spread_parts(candidates: Candidates, reference: Reference) -> dict[str, Part]:
    obj = candidates.task.object
    return {
        "record_keys": columns("record", obj.key),
        "candidates": candidates.judged,
        "on": equal("parent", "record", dict(zip(found_keys(obj), reference.columns, strict=True))),
        "found": is_found(obj),
    }


def keep_first_class(cursor: Cursor, candidates: Candidates) -> None:
    """Of what was found against a record, keep what weighs most."""
    keys = found_keys(candidates.task.object)
    cursor.execute(statement("keep_first_class", keys=columns(None, keys), same=equal("finding", "first", keys)))
