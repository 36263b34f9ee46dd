"""The reference of the API as Markdown: docs/reference/api.md is this, and a test holds it to that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstate.hub.api.described import Description, Field, Operation

_HEAD = """# The REST API

Made from the API's own description; write it anew with `python tools/api_reference.py`. The same is on every hub as a
page at `/api/v1/`, and for programs at `/api/v1/openapi.json`. How to use it: [script it](../howto/script-it.md).

{says}

Addresses are below `https://YOUR-HUB`. Names in braces are filled in. 401: no token in force. 403: the person lacks the
right. 404: there is no such thing, or none for this person. 400: the line says what is wrong. 429: too many requests;
`Retry-After` says how many seconds to wait. 503: the state's database cannot be reached just now.
"""


def reference(api: Description) -> str:
    """The whole reference."""
    return "\n".join(_lines(api)) + "\n"


def _lines(api: Description) -> Iterator[str]:
    yield _HEAD.format(says=api.says)
    yield "| operation | what it is |"
    yield "| --- | --- |"
    for operation in api.operations:
        yield f"| [`{operation.method} {operation.path}`](#{_anchor(operation.title)}) | {operation.title} |"
    for operation in api.operations:
        yield from _operation(operation)
    yield "\n## Shapes"
    for shape in api.shapes:
        yield f"\n### {shape.name}\n\n{shape.says}\n"
        yield from _table("member", shape.fields)


def _operation(operation: Operation) -> Iterator[str]:
    yield f"\n## {operation.title}\n\n`{operation.method} {operation.path}`\n\n{operation.says}\n"
    if operation.parameters:
        yield from _table("parameter", operation.parameters)
        yield ""
    body = f"Takes a body: [{operation.body}](#{_anchor(operation.body)}). " if operation.body else ""
    shape = f" with [{operation.answer}](#{_anchor(operation.answer)})" if operation.answer else ""
    yield f"{body}Answers {operation.status}{shape}."


def _table(what: str, fields: Iterable[Field]) -> Iterator[str]:
    yield f"| {what} | takes | what it is |"
    yield "| --- | --- | --- |"
    for field in fields:
        yield f"| `{field.name}` | {field.takes} | {field.says.replace('|', chr(92) + '|')} |"


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")
