"""The tree of errors: every error people meet is in it, and in the drawing atop it."""

import inspect
import re

from upstate import errors


def test_the_drawing_names_every_error_under_its_parent() -> None:
    drawn: dict[str, str] = {}
    parents: list[str] = ["UpstateError"]
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│ ]*)[├└]── (\w+)", line)
        if found:
            depth = len(found.group(1)) // 4
            drawn[found.group(2)] = parents[depth]
            parents[depth + 1 :] = [found.group(2)]
    classes = dict(inspect.getmembers(errors, inspect.isclass))
    assert drawn == {name: cls.__mro__[1].__name__ for name, cls in classes.items() if name != "UpstateError"}


def test_an_error_is_its_one_line() -> None:
    error = errors.PlanError("There is no object Enrolment; did you mean Enrollment?")
    assert str(error) == error.message == "There is no object Enrolment; did you mean Enrollment?"
