"""The text format in which Prometheus reads metrics: what each is for, its type, and its samples with their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name, type and help, and its samples as (labels, value)."""

    name: str
    type: Literal["counter", "gauge"]
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def exposed(metrics: Iterable[Metric]) -> str:
    """The metrics as text, one line a sample."""
    return "".join(_lines(metric) for metric in metrics)


def _lines(metric: Metric) -> str:
    head = f"# HELP {metric.name} {_escaped(metric.help)}\n# TYPE {metric.name} {metric.type}\n"
    return head + "".join(f"{metric.name}{_labels(labels)} {_number(value)}\n" for labels, value in metric.samples)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    said = (f'{name}="{_escaped(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels.items())
    return "{" + ",".join(said) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
