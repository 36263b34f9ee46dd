"""The name by which rules know a reference or a lookup, and the one a reference has where its file gives none."""

import re

MOST_CHARACTERS = 50  # the loader makes names of its own from it, and PostgreSQL cuts at 63 bytes

_ALIAS = re.compile(r"[A-Za-z_]\w{0,49}", re.ASCII)  # such as can be written in SQL without quotes


def is_alias(name: str) -> bool:
    """Whether rules can use this name."""
    return _ALIAS.fullmatch(name) is not None


def alias_from(name: str) -> str:
    """A name that rules can use, made from any other, such as that of a column."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return (plain if is_alias(plain[:1]) else f"_{plain}")[:MOST_CHARACTERS]


def default_alias(to: str, columns: tuple[str, ...]) -> str:
    """Of a reference through one column, that column less _guid or _id; of any other, the parent in snake_case."""
    if len(columns) != 1:
        return re.sub(r"(?<=[^A-Z_])(?=[A-Z])", "_", to).lower()[:MOST_CHARACTERS]
    (column,) = columns
    ending = next((e for e in ("_guid", "_id") if column.endswith(e) and column != e), "")
    return alias_from(column.removesuffix(ending))
