"""Names of people, places and streets, from our own lists; any likeness to a person is chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.demo.chance import Chance, Rows
from upstate.demo.recipe import HERE
from upstate.demo.world import texts


def _words(name: str) -> NDArray[Any]:
    return np.array((HERE / "words" / f"{name}.txt").read_text(encoding="utf-8").split(), dtype=object)


GIRLS, BOYS, LAST, STREETS = (_words(name) for name in ("girls", "boys", "last", "streets"))
PLACES: NDArray[Any] = np.array([name.replace("-", " ") for name in _words("places")], dtype=object)
KINDS_OF_STREET = np.array(["St", "Ave", "Rd", "Ln", "Dr", "Ct", "Way", "Blvd"], dtype=object)


def _by_rank(words: NDArray[Any]) -> list[float]:
    """Common names come first in a list; the tenth is about half as common as the first."""
    return [1.0 / (rank + 10) for rank in range(len(words))]


def first_names(chance: Chance, rows: Rows, gender: NDArray[Any]) -> NDArray[Any]:
    """A first name a row that goes with the gender F or M; with X, either."""
    girls = chance.of("girl").one_of(GIRLS, rows, _by_rank(GIRLS))
    boys = chance.of("boy").one_of(BOYS, rows, _by_rank(BOYS))
    girl = (gender == "F") | ((gender == "X") & chance.of("either").true(0.5, rows))
    return np.asarray(np.where(girl, girls, boys))


def last_names(chance: Chance, rows: Rows) -> NDArray[Any]:
    """A last name a row."""
    return np.asarray(chance.one_of(LAST, rows, _by_rank(LAST)))


def street_addresses(chance: Chance, rows: Rows) -> NDArray[Any]:
    """A street address a row."""
    return texts(
        "{} {} {}, Lakeside",
        100 + chance.of("number").below(8900, rows),
        chance.of("street").one_of(STREETS, rows),
        chance.of("kind").one_of(KINDS_OF_STREET, rows),
    )


def phone_numbers(chance: Chance, rows: Rows) -> NDArray[Any]:
    """A phone number a row, of the exchange that is kept for fiction."""
    return texts("({}) 555-01{:02d}", 500 + chance.of("area").below(400, rows), chance.of("line").below(100, rows))
