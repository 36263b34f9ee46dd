"""The graph of a catalog to look at: as a tree of text, and as a picture for Graphviz or Mermaid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from upstate.catalog.graph import Graph
from upstate.catalog.model import Catalog, SyncObject


@dataclass(frozen=True, slots=True)
class Branch:
    """An object under the first of its parents; `also_needs` are the other parents, drawn elsewhere in the tree."""

    object: str
    children: tuple[Branch, ...]
    also_needs: tuple[str, ...]


def tree(catalog: Catalog) -> tuple[Branch, ...]:
    """Every object once, under its first-listed parent; roots and children in the order of a full resync."""
    graph = Graph.of(catalog)
    under: dict[str | None, list[str]] = {}
    for name in graph.order(catalog.objects):
        under.setdefault(next(iter(graph.parents[name]), None), []).append(name)

    def branch(name: str) -> Branch:
        return Branch(name, tuple(branch(child) for child in under.get(name, ())), graph.parents[name][1:])

    return tuple(branch(name) for name in under.get(None, ()))


def draw(catalog: Catalog) -> str:
    """The tree as text, two blanks a level, one object a line with what else it needs and where alone it is offered."""
    return "\n".join(line for branch in tree(catalog) for line in _drawn(catalog, branch, 0)) + "\n"


def offer(obj: SyncObject) -> tuple[str, ...]:
    """Where alone an object is offered, in words; empty where that is everywhere."""
    words = []
    if obj.editions:
        words.append(f"only in edition {' or '.join(sorted(obj.editions))}")
    if obj.not_editions:
        words.append(f"not in edition {' or '.join(sorted(obj.not_editions))}")
    if obj.switch is not None:
        words.append(f"only where {obj.switch} is on")
    return tuple(words)


def dot(catalog: Catalog) -> str:
    """The graph in Graphviz's language: full arrows are dependencies, dashed ones order only."""
    lines = [f'  "{name}";' for name in catalog.objects]
    lines += [f'  "{a}" -> "{b}"{"" if drives else " [style=dashed]"};' for a, b, drives in _arrows(catalog)]
    return "\n".join(["digraph catalog {", "  rankdir=LR;", "  node [shape=box];", *lines, "}"]) + "\n"


def mermaid(catalog: Catalog) -> str:
    """The graph in Mermaid's language: full arrows are dependencies, dotted ones order only."""
    # a number for each, since Mermaid takes some words, such as "end", for its own
    number = {name: f"o{n}" for n, name in enumerate(catalog.objects)}
    lines = [f'  {number[name]}["{name}"]' for name in catalog.objects]
    lines += [f"  {number[a]} {'-->' if drives else '-.->'} {number[b]}" for a, b, drives in _arrows(catalog)]
    return "\n".join(["flowchart LR", *lines]) + "\n"


def _drawn(catalog: Catalog, branch: Branch, depth: int) -> Iterator[str]:
    needs = (f"also needs {', '.join(branch.also_needs)}",) if branch.also_needs else ()
    notes = "; ".join((*needs, *offer(catalog[branch.object])))
    yield f"{'  ' * depth}{branch.object}{f'  ({notes})' if notes else ''}"
    for child in branch.children:
        yield from _drawn(catalog, child, depth + 1)


def _arrows(catalog: Catalog) -> Iterator[tuple[str, str, bool]]:
    """Every arrow from what comes first to what comes after, and whether it is a dependency."""
    graph = Graph.of(catalog)
    for name in graph.order(catalog.objects):
        for parent in graph.parents[name]:
            yield parent, name, True
        for earlier in sorted(graph.before[name].difference(graph.parents[name])):
            yield earlier, name, False
