"""The API's own description (OpenAPI), read into operations: what the reference page and the reference file say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body: its name, what it takes, what it says; `required` where it must be given."""

    name: str
    takes: str
    says: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it is called, what it takes, and which shape it answers with, if any."""

    name: str
    method: str
    path: str
    title: str
    says: str
    parameters: tuple[Field, ...]
    body: str
    status: str
    answer: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object that is sent or answered with."""

    name: str
    says: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """The whole API."""

    says: str
    operations: tuple[Operation, ...]
    shapes: tuple[Shape, ...]


def described(openapi: Schema) -> Description:
    """An OpenAPI document as its operations, in their order, and its shapes, by name."""
    shapes = openapi["components"]["schemas"]
    return Description(
        says=openapi["info"]["description"],
        operations=tuple(_operations(openapi["paths"])),
        shapes=tuple(
            Shape(name, _line(shape.get("description", "")), tuple(_fields(shape)))
            for name, shape in sorted(shapes.items())
        ),
    )


def _operations(paths: Mapping[str, Schema]) -> Iterator[Operation]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            status, answer = next(iter(operation["responses"].items()))
            yield Operation(
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                title=operation["summary"],
                says=_line(operation.get("description", "")),
                parameters=tuple(
                    Field(
                        each["name"],
                        _takes(each["schema"]) + (" (in the path)" if each["in"] == "path" else ""),
                        _line(each.get("description") or each["schema"].get("description", "")),
                        each["required"],
                    )
                    for each in operation.get("parameters", ())
                ),
                body=_shape_in(operation.get("requestBody", {})),
                status=str(status),
                answer=_shape_in(answer),
            )


def _fields(shape: Schema) -> Iterator[Field]:
    required = shape.get("required", ())
    for name, schema in shape.get("properties", {}).items():
        yield Field(name, _takes(schema), _line(schema.get("description", "")), name in required)


def _takes(schema: Schema) -> str:
    """What a schema takes, in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        kinds = [_takes(each) for each in schema["anyOf"]]
        said = " or ".join(kinds)
    elif "enum" in schema:
        said = ", ".join(str(each) for each in schema["enum"])
    elif schema.get("type") == "array":
        said = f"list of {_takes(schema['items'])}"
    elif schema.get("format") == "date-time":
        said = "moment"
    else:
        said = str(schema.get("type", "any"))
        if said == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            said = f"object of {_takes(schema['additionalProperties'])}"
        bounds = [str(schema[each]) for each in ("minimum", "maximum") if each in schema]
        said += f" {' to '.join(bounds)}" if len(bounds) == 2 else ""
    default = schema.get("default")
    return said if default in (None, "", []) else f"{said}; {str(default).lower()} if left out"


def _shape_in(holder: Schema) -> str:
    content = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return str(content.get("$ref", "")).rpartition("/")[2]


def _line(text: str) -> str:
    return " ".join(text.split())
