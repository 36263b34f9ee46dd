"""Judge the candidates as a set: everything found against them, with its reason and its root, lands in `finding`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql

from upstate.loading.choosing import forget_sent, forget_unsent
from upstate.loading.conditions import Conditions, conditions_of, conditions_of_equal
from upstate.loading.duplicates import find_duplicates
from upstate.loading.few import by_set
from upstate.loading.filling import Filled
from upstate.loading.judgement import judgement
from upstate.loading.keys import found_keys, is_found, readable, typed_keys
from upstate.loading.parents import rejected_table
from upstate.loading.receipts import digest_of
from upstate.loading.rejected_parents import any_rejected_held, make_rejected, rejected_parents
from upstate.loading.rules import looks_around, rule_condition
from upstate.loading.statements import (
    Part,
    columns,
    equal,
    key_text,
    literal,
    statement,
)
from upstate.loading.task import OWN_RULES, Candidates, equal_rows
from upstate.loading.turning_away import keep_first_class, run, turn_away

Cursor = psycopg.Cursor[Any]
# Of so many records it pays to ask first whether any may point at a row of a rejected parent's; and of so many, to have
# more than one processor judge them.
_SOME, _MANY = 10_000, 100_000


def judge(cursor: Cursor, candidates: Candidates, filled: Filled) -> int:
    """Find all that keeps candidates out and remove those records from them; returns how many are left."""
    task, obj = candidates.task, candidates.task.object
    rejected = rejected_parents(cursor, task)
    for parent in rejected:
        make_rejected(cursor, task, parent)
    if obj.name in rejected:
        forget_sent(cursor, task, rejected_table(obj, obj.name))
    promoted = _clear_references(cursor, candidates, rejected)
    if obj.key in filled.repeated:
        run(cursor, "find_repeated", candidates, columns=", ".join(obj.key))
    if filled.refused:
        _find_refused_again(cursor, candidates)
    _find_by_conditions(cursor, candidates, filled, rejected)
    # Of a comparison, what was not sent may be shared as well.
    shared = [unique for unique in obj.uniques if unique.columns in filled.repeated or task.compared]
    known = bool(shared) and task.compared
    if known:
        cursor.execute(statement("analyze_finding"))
    for unique in shared:
        find_duplicates(cursor, candidates, unique)
    return filled.candidates + promoted - turn_away(cursor, candidates, refused=filled.refused, known=known)


def _find_by_conditions(cursor: Cursor, candidates: Candidates, filled: Filled, rejected: Mapping[str, bool]) -> None:
    """What was sent and what is equal here already are judged apart, but a rule that looks around must see both."""
    task = candidates.task
    around = [] if task.everything else [rule for rule in task.object.rules if looks_around(rule)]
    asks = task.compared or filled.candidates >= _SOME
    held = [parent for parent in rejected if not asks or any_rejected_held(cursor, task, parent)]
    sent = conditions_of(candidates, rejected, filled.refused, held=held, without=around)
    many = task.everything and filled.candidates >= _MANY
    _find(cursor, candidates, sent, apart="found sent" if many else None)
    with by_set(cursor, task):
        if around:
            looking = replace(sent, all=[rule_condition(rule) for rule in around])
            _find(cursor, candidates, looking, candidates.around)
        if around and task.chosen:
            forget_unsent(cursor, candidates)
        if task.compared:
            equal_ones = conditions_of_equal(candidates, held, without=around, own_are_kept=OWN_RULES in task.clear)
            many = task.district_records >= _MANY
            _find(cursor, candidates, equal_ones, candidates.equal, apart="found equal" if many else None)
        keep_first_class(cursor, candidates)


def _find(
    cursor: Cursor,
    candidates: Candidates,
    conditions: Conditions,
    records: Part | None = None,
    *,
    apart: str | None = None,
) -> None:
    """Put into `finding` what these conditions say of these records; None: of those that were sent. Of many records
    it goes `apart` first, to a table of that name."""
    if not conditions.all:
        return
    found = judgement(candidates, conditions, records)
    if apart is None:
        cursor.execute(statement("find", judgement=found), candidates.task.values)
        return
    apart_table, keys = sql.Identifier("pg_temp", apart), columns(None, found_keys(candidates.task.object))
    cursor.execute(statement("workers_cost_little"))
    cursor.execute(statement("find_apart", apart=apart_table, keys=keys, judgement=found), candidates.task.values)
    cursor.execute(statement("workers_cost_as_ever"))
    cursor.execute(statement("find_apart_in", apart=apart_table))


def _clear_references(cursor: Cursor, candidates: Candidates, rejected: Mapping[str, bool]) -> int:
    """Empty what points at a parent that policy keeps out, where the catalog says so; returns how many records become
    candidates by it that were equal at both ends."""
    task, became = candidates.task, 0
    for reference in task.object.references:
        if reference.when_excluded == "clear" and rejected.get(reference.to) and reference.to != task.object.name:
            parent = task.catalog[reference.to]
            parts: dict[str, Part] = {
                "keys": typed_keys(parent),
                "parent": literal(parent.name),
                "readable": readable(parent),
                "on": equal("parent", "record", dict(zip(found_keys(parent), reference.columns, strict=True))),
            }
            if task.compared:
                promoted = columns("promoted", task.object.key)
                query = statement("promote", **parts, equal_rows=equal_rows(task), promoted=promoted)
                with by_set(cursor, task):
                    became += cursor.execute(query, task.values).rowcount
            emptied = sql.SQL(", ").join(
                sql.SQL("{} = null").format(sql.Identifier(name)) for name in reference.columns
            )
            cursor.execute(
                statement(
                    "clear_reference",
                    **parts,
                    candidates=candidates.table,
                    assignments=emptied,
                    digest=digest_of(task.object, "record"),
                ),
                task.values,
            )
    return became


def _find_refused_again(cursor: Cursor, candidates: Candidates) -> None:
    obj = candidates.task.object
    keys = found_keys(obj)
    cursor.execute(
        statement(
            "find_refused_again",
            keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            candidates=candidates.table,
            refused_keys=typed_keys(obj),
            readable=readable(obj),
            on=equal("refused", "record", dict(zip(keys, obj.key, strict=True))),
            found=is_found(obj),
        ),
        {**candidates.task.values, "columns": ", ".join(obj.key)},
    )
