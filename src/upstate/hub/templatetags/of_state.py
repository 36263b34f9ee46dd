"""Drawn for the state's pages: the cells of the matrix, bundles of rights, words of a name."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from upstate.hub.rights import TOOLS, letters
from upstate.planning import Status

register = template.Library()


@register.filter
def bundles(rights: Iterable[str]) -> str:
    """Rights as letters a tool: Batch RW, Error Log R."""
    held = ((tool.title, letters(tool, rights)) for tool in TOOLS)
    return ", ".join(f"{title} {bundle}" for title, bundle in held if bundle)


@register.filter
def words(name: str) -> str:
    """A name in snake_case as words: reporting_entity is Reporting entity."""
    return name.replace("_", " ").capitalize()


@register.filter
def matrix_cells(cells: Iterable[tuple[str, Status | None]], address: str) -> SafeString:
    """A row's cells, each status a link to the district's page at its object.

    Drawn here in one go: a state has ten thousand of them, and a template takes ten times as long.
    """
    href = escape(address)
    drawn = [
        "<td></td>"
        if status is None
        else f'<td><a class="m m--{status.value}" href="{href}#status-{escape(name)}" aria-label="{status.word}">'
        f"{status.shape}</a></td>"
        for name, status in cells
    ]
    return mark_safe("".join(drawn))  # noqa: S308 - every part is ours or escaped
