"""The one query that holds every condition against every record. Composes, runs nothing."""

from __future__ import annotations

from psycopg import sql

from upstate.loading.condition import Condition
from upstate.loading.conditions import Conditions
from upstate.loading.statements import Part, any_of, columns, key_text, literal, statement
from upstate.loading.task import Candidates

_NULL = sql.SQL("null")


def judgement(candidates: Candidates, conditions: Conditions, records: Part | None = None) -> sql.Composed:
    """The one query that holds every condition against every one of these records; None: those that were sent."""
    obj = candidates.task.object
    suspects = [sql.Identifier("judged", _test(number)) for number, _ in enumerate(conditions.all)]
    tests = [_hit(condition, suspect) for condition, suspect in zip(conditions.all, suspects, strict=True)]
    needed = dict.fromkeys((*obj.key, *(name for r in obj.references for name in r.columns)))
    shown = [sql.SQL("record.{}").format(sql.Identifier(name)) for name in needed]
    shown += [sql.SQL("({}) as {}").format(c.test, sql.Identifier(_test(n))) for n, c in enumerate(conditions.all)]
    return statement(
        "judge",
        keys=columns("judged", obj.key),
        key_text=key_text("judged", obj.key),
        judged=sql.SQL(", ").join(shown),
        candidates=candidates.table if records is None else records,
        joins=sql.SQL("\n").join(conditions.joins),
        suspects=any_of(suspects),
        rejected=sql.SQL("\n").join(conditions.rejected),
        reasons=sql.SQL("\nunion all ").join(_reason(c, test) for c, test in zip(conditions.all, tests, strict=True)),
        hits=any_of(tests),
    )


def _test(number: int) -> str:
    """A name that no column of the object can have."""
    return f"test:{number}"


def _hit(condition: Condition, suspect: Part) -> Part:
    return suspect if condition.rejected is None else sql.SQL("{} and {}").format(suspect, condition.rejected)


def _reason(condition: Condition, test: Part) -> Part:
    """What is said where the test hits, and, as it takes longer to say than to test, only there."""
    root = condition.root or (_NULL, _NULL, _NULL)
    return sql.SQL("select {}::smallint, {}, {}, {}, {}, {}, {}::text, {}::text[], {}::text where {}").format(
        sql.Literal(condition.klass),
        *(literal(text) for text in (condition.verdict, condition.reason, condition.column)),
        condition.message,
        condition.advice,
        *root,
        test,
    )
