"""Links to records of the Error Log: an object and a key, carried as a JSON list so that no key is mistaken."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import template

from upstate.hub.templatetags.addresses import to

register = template.Library()


@register.simple_tag(takes_context=True)
def to_record(context: template.RequestContext, name: str, object_name: str, key: Iterable[Any], **more: Any) -> str:
    """The address of a page of this district about one record, such as errors_record; `more` goes into its query."""
    return to(context, name, q_object=object_name, q_key=key_json(key), **{f"q_{k}": v for k, v in more.items() if v})


@register.filter
def key_json(key: Iterable[Any]) -> str:
    """A record's key as a JSON list."""
    return json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))


@register.filter
def words(reason: str) -> str:
    """A reason as people read it: missing_reference as missing reference."""
    return reason.replace("_", " ")
