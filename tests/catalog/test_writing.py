"""A catalog that is written reads back as the same catalog, whatever is in it."""

import string
from types import MappingProxyType
from typing import Literal, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstate.catalog import (
    Catalog,
    Column,
    ColumnType,
    Lookup,
    Reference,
    Rule,
    SyncObject,
    Unique,
    parse_catalog,
    read_catalog,
    shipped_catalog,
)
from upstate.catalog.writing import catalog_texts

PLAIN = st.text(alphabet=string.ascii_letters + string.digits + "_", min_size=1, max_size=12)
NAMES = st.builds("k{}".format, PLAIN)  # a column that no system column and no alias of rules can meet
TABLES = st.builds("t{}".format, st.text(alphabet=string.ascii_letters + "äß_$# -1", max_size=12))
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: text.strip() == text
)
SENTENCES = TEXTS.filter(bool)
VERDICTS: st.SearchStrategy[Literal["failed", "excluded"]] = st.sampled_from(["failed", "excluded"])
REACHES: st.SearchStrategy[Literal["district", "state"]] = st.sampled_from(["district", "state"])
NULLS: st.SearchStrategy[Literal["distinct", "equal"]] = st.sampled_from(["distinct", "equal"])


@st.composite
def columns(draw: st.DrawFn, name: str, required: bool) -> Column:
    kind = draw(st.sampled_from(get_args(ColumnType)))
    codes = None
    length = precision = scale = None
    if kind == "decimal":
        precision = draw(st.integers(1, 38))
        scale = draw(st.integers(0, precision))
    if kind == "text":
        length = draw(st.none() | st.integers(30, 500))
        codes = draw(st.none() | st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3).map(MappingProxyType))
    return Column(
        name=name,
        type=kind,
        required=required or draw(st.booleans()),
        owner=draw(st.sampled_from(["district", "state"])),
        length=length,
        precision=precision,
        scale=scale,
        codes=codes,
        sensitive=draw(st.booleans()),
    )


@st.composite
def sync_objects(draw: st.DrawFn, name: str, table: str, earlier: list[SyncObject]) -> SyncObject:
    """An object that refers to itself and to objects before it, with composite keys and everything else there is."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    key = tuple(draw(st.permutations(names))[: draw(st.integers(1, min(3, len(names))))])
    own = [draw(columns(each, each in key)) for each in names]
    year = Column("end_year", draw(st.sampled_from(["integer", "bigint"])))
    bare = SyncObject(name, table, key, (*own, year))
    pointed = draw(st.lists(st.sampled_from([*earlier, bare]), max_size=3))
    pointers: list[Column] = []
    references = []
    for number, parent in enumerate(pointed):
        clear = draw(st.booleans())
        ours = tuple(
            Column(f"p{number}_{each}", column.type, not clear, precision=column.precision, scale=column.scale)
            for each, column in enumerate(parent.key_columns)
        )
        pointers += ours
        alias = ours[0].name if len(ours) == 1 and draw(st.booleans()) else f"r{number}"
        excluded = "clear" if clear and draw(st.booleans()) else "reject"
        references.append(
            Reference(parent.name, tuple(c.name for c in ours), alias, excluded, drives=draw(st.booleans()))  # type: ignore[arg-type]
        )
    some = st.lists(st.sampled_from([e.name for e in earlier]), max_size=2, unique=True) if earlier else st.just([])
    editions = draw(st.frozensets(st.sampled_from(["KY", "MT", "SD", "ä b"])))
    lookups = [
        Lookup(
            f"l{n}",
            other.name,
            MappingProxyType({other.key[0]: own[0].name}),
            MappingProxyType({"most": "max(1)"}),
            where,
        )
        for n, other in enumerate(earlier)
        if other.key_columns[0].type == own[0].type
        for where in [draw(st.none() | st.just("row.end_year = zone.school_year"))]
    ]
    return SyncObject(
        name=name,
        table=table,
        key=key,
        columns=(*own, year, *pointers),
        references=tuple(references),
        uniques=tuple(
            Unique(tuple(draw(st.permutations(names))), across, nulls)
            for across, nulls in draw(st.lists(st.tuples(REACHES, NULLS), max_size=2))
        ),
        lookups=tuple(lookups),
        rules=tuple(
            Rule(f"rule_{n}", verdict, f'record."{own[0].name}" is null\n or zone.edition = \'"x"\'', message, advice)
            for n, (verdict, message, advice) in enumerate(
                draw(st.lists(st.tuples(VERDICTS, SENTENCES, SENTENCES), max_size=2))
            )
        ),
        scope=tuple(draw(some)),
        after=tuple(draw(some)),
        school_year=draw(st.none() | st.just("end_year")),
        editions=editions,
        not_editions=draw(st.frozensets(st.sampled_from(["ME", "TN"]))),
        switch=draw(st.none() | SENTENCES),
    )


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    names = draw(st.lists(st.builds("O{}".format, PLAIN), min_size=1, max_size=4, unique_by=str.casefold))
    tables = draw(st.lists(TABLES, min_size=len(names), max_size=len(names), unique=True))
    made: list[SyncObject] = []
    for name, table in zip(names, tables, strict=True):
        made.append(draw(sync_objects(name, table, list(made))))
    return Catalog(MappingProxyType({obj.name: obj for obj in draw(st.permutations(made))}))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(catalogs())
def test_any_catalog_reads_back_as_it_was_written(catalog: Catalog) -> None:
    assert parse_catalog(catalog_texts(catalog)) == catalog


def test_the_k12_catalog_reads_back_as_it_was_written() -> None:
    k12 = read_catalog(shipped_catalog("k12"))
    assert parse_catalog(catalog_texts(k12)) == k12
