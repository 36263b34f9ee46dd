"""A catalog that is written reads back as the same catalog."""

from hypothesis import given
from hypothesis import strategies as st

from upstate.catalog import Catalog, Column, Rule, SyncObject, parse_catalog, read_catalog, shipped_catalog
from upstate.catalog.writing import catalog_texts


def test_the_k12_catalog_reads_back_as_it_was_written() -> None:
    catalog = read_catalog(shipped_catalog("k12"))
    assert dict(parse_catalog(catalog_texts(catalog)).objects) == dict(catalog.objects)


_words = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1).filter(lambda text: text == text.strip())


@given(codes=st.dictionaries(_words, _words, min_size=1), advice=_words)
def test_any_text_survives_being_written(codes: dict[str, str], advice: str) -> None:
    column = Column("id", "text", True, codes=codes)
    rule = Rule("odd", "failed", "record.id is null", advice, advice)
    obj = SyncObject("Thing", "thing", ("id",), (column,), rules=(rule,))
    assert parse_catalog(catalog_texts(Catalog({"Thing": obj})))["Thing"] == obj


def test_an_object_is_one_file_that_people_can_read() -> None:
    obj = SyncObject("Thing", "thing", ("id",), (Column("id", "bigint", True), Column("name", "text", length=40)))
    assert catalog_texts(Catalog({"Thing": obj})) == {
        "Thing.toml": (
            'object = "Thing"\ntable = "thing"\nkey = ["id"]\n\n'
            '[[column]]\nname = "id"\ntype = "bigint"\nrequired = true\n\n'
            '[[column]]\nname = "name"\ntype = "text"\nlength = 40\n'
        )
    }
