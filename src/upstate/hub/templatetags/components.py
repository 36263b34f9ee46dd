"""Small parts that many pages are made of: the status dot, icons, the footer of a table in pages."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from upstate.planning import Status

register = template.Library()

# shapes in a square of 16; colour is given by the class, so that a dot tells by three means: colour, shape, word
_SHAPES: Final = {
    Status.GREEN: '<circle cx="8" cy="8" r="6"/>',
    Status.YELLOW: '<path d="M8 2 15 14H1Z"/>',
    Status.RED: '<path d="M2.5 2.5h11v11h-11Z"/>',
    Status.GRAY: '<path d="M8 2a6 6 0 0 1 0 12Z"/><circle cx="8" cy="8" r="5.25" class="status__ring"/>',
    Status.NEVER: '<circle cx="8" cy="8" r="5.25" class="status__ring"/>',
}


@register.simple_tag(name="status")
def status_dot(status: Status | str, word: str = "", count: int | None = None) -> SafeString:
    """A status as a dot with its word; `word` says it otherwise, `count` says how many stand so."""
    known = status if isinstance(status, Status) else Status(status)
    return format_html(
        '<span class="status status--{}">{}<span class="status__word">{}</span></span>',
        known.value,
        _drawn(known),
        f"{'' if count is None else f'{count:,} '}{word or known.word}",
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of USWDS by name; with a label it is an image, without one it is mere decoration."""
    href = f"{static('vendor/uswds/img/sprite.svg')}#{name}"
    if label:
        return format_html('<svg class="usa-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="usa-icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.inclusion_tag("hub/parts/paging.html", takes_context=True)
def paging(context: template.RequestContext, page: Any, noun: str = "rows") -> dict[str, Any]:
    """The links to newer and older rows of a keyset.Page."""
    return {"page": page, "noun": noun, "request": context["request"]}


@register.inclusion_tag("hub/parts/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """Breadcrumbs: title and address in turn; the last title, the page itself, has no address."""
    return {"steps": [(steps[at], steps[at + 1] if at + 1 < len(steps) else "") for at in range(0, len(steps), 2)]}


@register.inclusion_tag("hub/parts/empty.html")
def nothing(line: str, advice: str = "") -> dict[str, Any]:
    """What stands where a list is empty: that it is, and what to do."""
    return {"line": line, "advice": advice}


def _drawn(status: Status) -> SafeString:
    shape = SafeString(_SHAPES[status])
    return format_html(
        '<svg class="status__shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>', shape
    )
