"""A connection that answers as a server's driver does, from a script: what a query has in it, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """The description and the rows, or the error, that a query with these words in it gets."""

    words: str
    rows: Sequence[Sequence[Any]] = ()
    description: Sequence[tuple[Any, ...]] = ()
    error: Exception | None = None


@dataclass
class ScriptedConnection:
    """Speaks the cursor protocol of PEP 249; `asked` has every statement in its order."""

    answers: Sequence[Answer]
    asked: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    broken: Exception | None = None
    closed: bool = False
    outputtypehandler: Any = None

    def cursor(self) -> ScriptedCursor:
        return ScriptedCursor(self)

    def rollback(self) -> None:
        self.asked.append("ROLLBACK")

    def ping(self) -> None:
        if self.broken:
            raise self.broken

    def close(self) -> None:
        self.closed = True


class ScriptedCursor:
    """One result at a time."""

    arraysize = 100

    def __init__(self, connection: ScriptedConnection) -> None:
        self._connection = connection
        self._rows: list[Sequence[Any]] = []
        self.description: Sequence[tuple[Any, ...]] = ()

    def execute(self, statement: str, parameters: Any = None) -> None:
        if self._connection.broken:
            raise self._connection.broken
        self._connection.asked.append(statement)
        self._connection.parameters.append(parameters)
        said = f"{statement} {parameters or ''}"
        answer = next((each for each in self._connection.answers if each.words in said), Answer(""))
        if answer.error:
            raise answer.error
        self._rows, self.description = list(answer.rows), answer.description

    def fetchone(self) -> Sequence[Any] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int) -> list[Sequence[Any]]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Sequence[Any]]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []
