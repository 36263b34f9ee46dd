"""Any catalog, any records, several resyncs: what lands is what the plain model says, and references stay true."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique
from tests.loading.model import Model

from upstate.catalog import Catalog, SyncObject, parse_catalog
from upstate.loading.state import prepare_state


@st.composite
def catalogs(draw: st.DrawFn) -> dict[str, str]:
    """Three to five objects whose references lead to themselves or to earlier ones."""
    keys: list[list[str]] = []
    texts = {}
    for number in range(draw(st.integers(3, 5))):
        key = ["a", "b"][: draw(st.integers(1, 2))]
        columns = [*(f"{name} integer!" for name in key), "flag integer", "x integer", "y integer"]
        parts = [rule("marked", "record.flag = 1"), rule("kept_out", "record.flag = 2", "excluded")]
        for place, to in enumerate(draw(st.lists(st.integers(0, number), max_size=3))):
            names = [f"r{place}{part}" for part in (key if to == number else keys[to])]
            required = draw(st.booleans()) and to != number
            clear = not required and to != number and draw(st.booleans())
            columns += [f"{name} integer{'!' if required else ''}" for name in names]
            more = f"name = 'parent{place}'" + ("\nwhen_excluded = 'clear'" if clear else "")
            parts.append(refers(f"O{to}", " ".join(names), more))
        chosen = draw(st.lists(st.sampled_from(["x", "y", "x y"]), max_size=2, unique=True))
        parts += [unique(names, f"nulls = '{draw(st.sampled_from(['distinct', 'equal']))}'") for names in chosen]
        keys.append(key)
        name = f"O{number}"
        texts[f"{name}.toml"] = describe(name, ", ".join(columns), *parts, key=" ".join(key))
    return texts


def records(obj: SyncObject) -> st.SearchStrategy[list[Row]]:
    """Few values, so that keys repeat, references miss and values are shared."""
    small = st.integers(0, 3)
    values: dict[str, st.SearchStrategy[Any]] = {}
    for column in obj.columns:
        if column.name == "flag":
            values["flag"] = st.sampled_from([None, None, None, None, None, 0, 1, 2])
        elif column.name in obj.key:
            values[column.name] = st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, None])
        elif column.name in ("x", "y"):
            values[column.name] = st.none() | st.integers(0, 9)
        else:
            values[column.name] = (
                st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 9, None]) if column.required else st.none() | small
            )
    return st.lists(st.fixed_dictionaries(values), max_size=8)


def start_again(desk: Desk, texts: dict[str, str]) -> Catalog:
    desk.connection.execute("drop schema if exists state cascade")
    catalog = parse_catalog(texts)
    prepare_state(desk.connection, catalog)
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

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # shrinking takes minutes: add Phase.shrink when there is something to find
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def resync_and_compare(data: st.DataObject) -> None:
        catalog = start_again(desk, data.draw(catalogs()))
        model = Model(catalog)
        for _ in range(data.draw(st.integers(1, 4))):
            chosen = [obj for obj in catalog if data.draw(st.integers(0, 3))]  # full more often than not
            sent = {obj.name: data.draw(records(obj), label=obj.name) for obj in chosen}
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
