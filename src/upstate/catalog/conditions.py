"""What the SQL of a rule or a lookup names, read just closely enough to say so before any database does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from upstate.catalog.nearest import did_you_mean

_TOKEN = re.compile(
    r"""
      (?P<space>   \s+ )
    | (?P<comment> --[^\n]* | /\* )
    | (?P<text>    [eE]'(?:[^'\\]|\\.|'')*' | (?i:[bxn]|u&)?'(?:[^']|'')*' | (?P<dollar>\$\w*\$).*?(?P=dollar) )
    | (?P<name>    "(?:[^"]|"")+" | [^\W\d][\w$]* )
    | (?P<number>  (?:\d[\d_]*\.?\d* | \.\d+)(?:[eE][+-]?\d+)? )
    | (?P<sign>    :: | . )
    """,
    re.VERBOSE | re.DOTALL,
)
# What follows one of these is a type or a collation, which may carry the name of a schema.
_TYPE_FOLLOWS = ("::", "as", "collate")
_SQL_WORDS = ("current_date", "current_time", "current_timestamp", "current_user", "session_user")


@dataclass(frozen=True, slots=True)
class Named:
    """A value that a condition names: whose, and which column of it ("*" for all)."""

    alias: str
    column: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a condition, and what to do."""

    wrong: str
    mend: str


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    @property
    def name(self) -> str:
        """A name as PostgreSQL takes it: small letters, unless it stands in quotes."""
        return self.text[1:-1].replace('""', '"') if self.text.startswith('"') else self.text.lower()


def names_in(condition: str) -> tuple[Named, ...]:
    """Every `alias.column` of a condition, each once, in the order of its first naming."""
    return tuple(dict.fromkeys(named for named, _ in _named(_tokens(condition))))


def fault_in(condition: str, sees: Mapping[str, frozenset[str]], own: str) -> Fault | None:
    """The first thing wrong with a condition that may see these columns by alias; `own` is its own record's alias."""
    tokens = _tokens(condition)
    if fault := _form(tokens):
        return fault
    for named, written in _named(tokens):
        if named.alias not in sees:
            return Fault(f'the condition names "{named.alias}", which it does not see', f"It sees: {', '.join(sees)}.")
        if named.column != "*" and named.column not in sees[named.alias]:
            return Fault(f"{named.alias} has no column {named.column}", _nearest(named, written, sees[named.alias]))
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        alone = (before is None or before.text not in (".", "::")) and (after is None or after.text not in (".", "("))
        likely = token.kind == "name" and "_" in token.name and token.name not in _SQL_WORDS
        if alone and likely and token.name in sees[own]:
            return Fault(f"the condition does not say whose {token.text} it means", f"Write {own}.{token.text}.")
    return None


def _tokens(condition: str) -> list[_Token]:
    found = (_Token(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(condition))
    return [token for token in found if token.kind != "space"]


def _form(tokens: list[_Token]) -> Fault | None:
    if not tokens:
        return Fault("the condition is empty", "Write one SQL expression.")
    depth = 0
    for token in tokens:
        if token.kind == "comment":
            return Fault("the condition holds an SQL comment", "Write it above the rule, behind a #.")
        if token.kind == "sign" and token.text in ("'", '"'):
            return Fault("the condition holds a quote that does not close", f"Close the {token.text}.")
        if token.text == ";":
            return Fault("the condition holds a semicolon", "Write one SQL expression without any.")
        if token.kind == "name" and token.text.lower() == "select":
            return Fault("the condition holds a SELECT", "Look other objects up with a [[lookup]].")
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth < 0:
            break
    if depth != 0:
        return Fault("the condition's parentheses do not match", "Close each that is open, and no other.")
    return None


def _named(tokens: list[_Token]) -> Iterator[tuple[Named, str]]:
    """Every dotted name that stands for a value: not a call such as pg_catalog.lower(…), not a type, not a number."""
    position = 0
    while position < len(tokens):
        start = position
        position += 1
        if tokens[start].kind != "name" or not _sign(tokens, position, "."):
            continue
        chain = [tokens[start]]
        while _sign(tokens, position, ".") and position + 1 < len(tokens):
            chain.append(tokens[position + 1])
            position += 2
        called = _sign(tokens, position, "(")
        typed = start > 0 and tokens[start - 1].text.lower() in _TYPE_FOLLOWS
        field = start > 0 and tokens[start - 1].text == "."
        operator = chain[-1].kind != "name" and chain[-1].text != "*"
        if not (called or typed or field or operator):
            *whose, column = (token.name for token in chain)
            yield Named(".".join(whose), column), chain[-1].text


def _sign(tokens: list[_Token], position: int, sign: str) -> bool:
    return position < len(tokens) and tokens[position].text == sign


def _nearest(named: Named, written: str, known: frozenset[str]) -> str:
    exact = written.strip('"')
    if exact in known:
        return f'Write {named.alias}."{exact}": names without quotes are taken in small letters.'
    return did_you_mean(exact, known) or f"It has: {', '.join(sorted(known))}."
