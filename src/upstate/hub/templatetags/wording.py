"""How numbers, moments, spans, years and keys are said on a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from upstate.planning import year_name

register = template.Library()


@register.filter
def number(value: int | Literal[""] | None) -> str:
    """12345 as 12,345; a dash for none, or for what a template does not find."""
    return "–" if value is None or value == "" else f"{value:,}"


@register.filter
def count(value: int, noun: str) -> str:
    """`2231|count:"record"` is 2,231 records; an odd plural follows a comma: `count:"entry,entries"`."""
    one, _, many = noun.partition(",")
    return f"{value:,} {one if value == 1 else many or one + 's'}"


@register.filter
def moment(value: datetime | Literal[""] | None) -> SafeString | str:
    """A moment, said in UTC; moments.js says it in the reader's own zone. A dash for none."""
    if not value:
        return "–"
    utc = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-moment>{} UTC</time>', utc.isoformat(timespec="seconds"), f"{utc:%Y-%m-%d %H:%M}"
    )


@register.filter
def span(value: timedelta | float | Literal[""] | None) -> str:
    """A span of time, or seconds, in its two largest parts: 42 s, 3 min 5 s, 2 h 10 min."""
    if value is None or value == "":
        return "–"
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    minutes, hours = seconds // 60, seconds // 3600
    if not minutes:
        return f"{seconds} s"
    if not hours:
        return f"{minutes} min {seconds % 60} s"
    return f"{hours} h {minutes % 60} min"


@register.filter
def school_year(value: int) -> str:
    """2024 as 2023-2024."""
    return year_name(value)


@register.filter
def key_text(key: Iterable[str | None]) -> str:
    """A record's key: its parts joined by "|", a missing one empty."""
    return "|".join(part or "" for part in key)
