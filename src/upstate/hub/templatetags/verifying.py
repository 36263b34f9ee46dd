"""How a verification's findings are said on a page: kinds of difference, and why one is as expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django import template

register = template.Library()

_KINDS: Final = {
    "district_only": "only at the district",
    "state_only": "only at the state",
    "different": "different",
    "duplicates": "more than once at the district",
}
_WHYS: Final = {
    "failed": "failed",
    "blocked": "blocked",
    "excluded": "excluded",
    "cleared": "cleared by policy",
    "state_owned": "owned by the state",
}


@register.filter
def kind_words(kind: str) -> str:
    """A kind of difference in words."""
    return _KINDS.get(kind, kind)


@register.filter
def whys(expected: str) -> str:
    """Why a difference is as expected, in words."""
    return _WHYS.get(expected, expected)


@register.filter
def with_owners(columns: Iterable[str], owners: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each column with whose it was."""
    return zip(columns, owners, strict=False)
