"""What can be resynced, as frozen values: objects, columns, references, rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

ColumnType = Literal[
    "text",
    "integer",
    "bigint",
    "decimal",
    "double",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "bytes",
    "json",
]
Owner = Literal["district", "state"]
RuleVerdict = Literal["failed", "excluded"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an object. `length` counts characters; `precision` and `scale` decimal digits."""

    name: str
    type: ColumnType
    required: bool = False
    owner: Owner = "district"
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    codes: Mapping[str, str] | None = None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns that hold a parent's key, in the order of that key.

    `name` is the alias under which rules see the parent's row. `drives` says whether Check dependencies follows it.
    `when_excluded` says what happens to a record whose parent policy keeps out: it is rejected too, or it lands with
    this reference emptied.
    """

    to: str
    columns: tuple[str, ...]
    name: str
    when_excluded: Literal["reject", "clear"] = "reject"
    drives: bool = True


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns whose values no two records may share, within the district or across the state."""

    columns: tuple[str, ...]
    across: Literal["district", "state"] = "district"
    nulls: Literal["distinct", "equal"] = "distinct"

    def minds(self, values: Sequence[object]) -> bool:
        """Whether no two records may have these values: nulls, None here, may be taken for different ones."""
        return self.nulls == "equal" or None not in values


@dataclass(frozen=True, slots=True)
class Lookup:
    """A grouped look at another object's rows of the same district, for rules to use.

    `on` pairs their column with ours; `columns` are SQL aggregates by alias; both see the other object's row as `row`.
    """

    name: str
    object: str
    on: Mapping[str, str]
    columns: Mapping[str, str]
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A SQL condition that rejects a record where it is true, and what to tell people about it."""

    reason: str
    verdict: RuleVerdict
    when: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class SyncObject:
    """One kind of record: its table, its key, what it depends on, and what may keep a record out."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    uniques: tuple[Unique, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    rules: tuple[Rule, ...] = ()
    scope: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    school_year: str | None = None
    editions: frozenset[str] = frozenset()
    not_editions: frozenset[str] = frozenset()
    switch: str | None = None

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The key's columns, in its order."""
        return tuple(self.column(name) for name in self.key)

    @property
    def pushed(self) -> tuple[Column, ...]:
        """The columns a push may change: the district's own, less the key."""
        return tuple(c for c in self.columns if c.owner == "district" and c.name not in self.key)

    def offered_in(self, edition: str | None, switches: frozenset[str]) -> bool:
        """Whether a zone of this edition, with these switches on, has this object at all."""
        if self.switch is not None and self.switch not in switches:
            return False
        if self.editions and edition not in self.editions:
            return False
        return edition not in self.not_editions


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every object by name, in the order of their names' first reading."""

    objects: Mapping[str, SyncObject] = field(default_factory=lambda: MappingProxyType({}))

    def __iter__(self) -> Iterator[SyncObject]:
        return iter(self.objects.values())

    def __len__(self) -> int:
        return len(self.objects)

    def __contains__(self, name: str) -> bool:
        return name in self.objects

    def __getitem__(self, name: str) -> SyncObject:
        return self.objects[name]

    @property
    def editions(self) -> frozenset[str]:
        """Every edition that some object names: the ones a zone may have."""
        return frozenset().union(*(obj.editions | obj.not_editions for obj in self))

    @property
    def switches(self) -> frozenset[str]:
        """Every switch that a zone may turn on."""
        return frozenset(obj.switch for obj in self if obj.switch is not None)

    def offered(self, edition: str | None, switches: frozenset[str] = frozenset()) -> Catalog:
        """The part of the catalog that a zone of this edition is offered."""
        return Catalog(MappingProxyType({o.name: o for o in self if o.offered_in(edition, switches)}))
