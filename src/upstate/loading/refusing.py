"""What the database refuses of its own, and what is told of it: its rule and never the values it quotes."""

from __future__ import annotations

import psycopg

# Integrity violations, values it cannot hold, more than an index takes, and what a trigger of the state's own raises.
REFUSALS = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.RaiseException,
)
ADVICE = "Correct the record so that it keeps to that rule, or ask the state to change the rule."
_KINDS = {"23514": "check", "23505": "unique rule", "23P01": "exclusion rule", "23503": "reference"}


def said(refusal: psycopg.Error) -> str:
    """What the database said, in one sentence, without the values it may quote in its detail."""
    diagnostics = refusal.diag
    if diagnostics.constraint_name:
        kind = _KINDS.get(diagnostics.sqlstate or "", "constraint")
        return f"The state's {kind} {diagnostics.constraint_name} refuses it."
    if isinstance(refusal, psycopg.errors.RaiseException):
        return f"A trigger at the state refuses it: {diagnostics.message_primary}."
    if isinstance(refusal, psycopg.errors.ProgramLimitExceeded):
        return "A value is too long for an index of the state's."
    return f"The state's database refuses it (SQLSTATE {diagnostics.sqlstate})."
