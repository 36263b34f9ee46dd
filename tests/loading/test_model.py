"""Any catalog, any records, several resyncs: what lands is what the plain model says, and references stay true."""

from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique
from tests.loading.model import Model

from upstate.catalog import Catalog, SyncObject, parse_catalog
from upstate.loading.state import prepare_state


def some_catalog(chance: Random) -> dict[str, str]:
    """Three to five objects whose references lead to themselves or to earlier ones."""
    keys: list[list[str]] = []
    texts = {}
    for number in range(chance.randint(3, 5)):
        key = ["a", "b"][: chance.choice([1, 1, 2])]
        columns = [*(f"{name} integer!" for name in key), "flag integer", "x integer", "y integer"]
        parts = [rule("marked", "record.flag = 1"), rule("kept_out", "record.flag = 2", "excluded")]
        for place in range(chance.randint(0 if number == 0 else 1, 3)):
            to = chance.choice([number, chance.randint(0, number)])
            names = [f"r{place}{part}" for part in (key if to == number else keys[to])]
            required = to != number and chance.random() < 0.3
            clear = to != number and not required and chance.random() < 0.5
            columns += [f"{name} integer{'!' if required else ''}" for name in names]
            more = f"name = 'parent{place}'" + ("\nwhen_excluded = 'clear'" if clear else "")
            parts.append(refers(f"O{to}", " ".join(names), more))
        shared = [names for names in ("x", "y", "x y", "x r0a") if f"{names.split()[-1]} integer" in columns]
        nulls = chance.choice(["distinct", "equal"])
        parts += [unique(names, f"nulls = '{nulls}'") for names in chance.sample(shared, chance.randint(0, 2))]
        keys.append(key)
        texts[f"O{number}.toml"] = describe(f"O{number}", ", ".join(columns), *parts, key=" ".join(key))
    return texts


def some_records(chance: Random, obj: SyncObject) -> list[Row]:
    """Few keys and values, so that they repeat, meet and miss; most records have nothing wrong with them."""

    def value(name: str) -> int | None:
        if name in obj.key:
            return None if chance.random() < 0.02 else chance.randint(0, 7 if len(obj.key) == 1 else 2)
        if name == "flag":
            return chance.choice([None] * 14 + [1, 2])
        if name in ("x", "y"):
            return None if chance.random() < 0.2 else chance.randint(0, 30 if chance.random() < 0.7 else 4)
        return None if chance.random() < 0.2 else chance.randint(0, 8 if chance.random() < 0.1 else 5) % 6

    rows = [{column.name: value(column.name) for column in obj.columns} for _ in range(chance.randint(0, 14))]
    known: set[tuple[int | None, ...]] = set()
    kept: list[Row] = []
    for row in rows:
        key = tuple(row[name] for name in obj.key)
        if key not in known or chance.random() < 0.08:
            kept.append(row)
        known.add(key)
    return kept


def start_again(desk: Desk, texts: dict[str, str]) -> Catalog:
    desk.connection.execute("drop schema if exists state cascade")
    desk.connection.execute("drop schema if exists state_parts cascade")
    catalog = parse_catalog(texts)
    prepare_state(desk.connection, catalog, desk.partitions)
    desk.catalog = catalog
    desk.district += 1
    return catalog


def compare(desk: Desk, model: Model) -> None:
    """The state's rows, every open verdict with its roots, and the truth of every reference."""
    assert desk.orphans() == 0
    for obj in desk.catalog:
        held = {tuple(row[n] for n in obj.key): row for row in desk.rows(obj.table)}
        assert held == model.held.get(obj.name, {})
        query = (
            "select key, verdict, root_object, root_key from hub_rejection "
            "where district_id = %s and object = %s and resolved_at is null"
        )
        verdicts: dict[Any, str] = {}
        for texts, verdict, root, root_texts in desk.connection.execute(query, (desk.district, obj.name)).fetchall():
            key, root_key = (tuple(None if t is None else int(t) for t in part) for part in (texts, root_texts))
            assert verdicts.setdefault(key, verdict) == verdict, "a record has one verdict"
            assert (root, root_key) in model.roots[obj.name][key]
        assert verdicts == model.kept_out.get(obj.name, {})


def test_what_lands_is_what_the_model_says(make_desk: MakeDesk) -> None:
    desk = make_desk()

    @settings(max_examples=50, deadline=None, database=None, phases=[Phase.generate])
    @given(st.integers(0, 2**48).map(Random))
    def resync_and_compare(chance: Random) -> None:
        catalog = start_again(desk, some_catalog(chance))
        model = Model(catalog)
        sent: dict[str, list[Row]] = {}
        for _ in range(chance.randint(2, 4)):
            chosen = [obj for obj in catalog if chance.random() < 0.8]
            sent = {obj.name: some_records(chance, obj) for obj in chosen}
            assert desk.resync(sent) == {name: model.land(name, rows) for name, rows in sent.items()}
            compare(desk, model)
        before = desk.versions()
        again, expected = desk.resync(sent), {name: model.land(name, rows) for name, rows in sent.items()}
        assert again == expected
        assert all(counts.created == counts.updated == 0 for counts in again.values())
        assert desk.versions() == before
        compare(desk, model)

    resync_and_compare()


def test_the_model_itself_lets_an_orphan_fail() -> None:
    texts = {
        "Up.toml": describe("Up", "a integer!, flag integer", key="a"),
        "Down.toml": describe("Down", "a integer!, flag integer, up integer", refers("Up", "up"), key="a"),
    }
    model = Model(parse_catalog(texts))
    assert model.land("Up", [{"a": 1}]).created == 1
    counts = model.land("Down", [{"a": 1, "up": 1}, {"a": 2, "up": 2}])
    assert (counts.created, counts.failed) == (1, 1)
    assert model.roots["Down"] == {(2,): {("Down", (2,))}}
