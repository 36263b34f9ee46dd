"""Reads a page as a browser would, and says what our rules for pages have against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

_ADDRESSES = {"src", "href", "action", "formaction", "poster", "data", "srcset", "hx-get", "hx-post", "hx-delete"}
_FREE = {"checkbox", "hidden", "submit", "button"}


class _Reader(HTMLParser):
    """Collects what is wrong, and what can be judged only at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, dict[str, str]]] = []
        self.pointed: set[str] = set()
        self.words: list[str] = []
        self._buttons: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if tag == "style" or "style" in values:
            self.wrong.append(f"<{tag}> carries a style")
        if tag == "script" and not values.get("src"):
            self.wrong.append("a script stands in the page")
        self.wrong += [f"<{tag}> has the script {name}" for name in values if name.startswith(("on", "hx-on"))]
        for name in _ADDRESSES & values.keys():
            if values[name].startswith(("http:", "https:", "//", "javascript:", "data:")):
                self.wrong.append(f"<{tag} {name}> leads elsewhere: {values[name]}")
        if "id" in values:
            self.ids[values["id"]] += 1
        if tag == "label":
            self.labelled.add(values.get("for", ""))
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.pointed |= set(values.get(name, "").split())
        if tag in ("input", "select", "textarea"):
            self.fields.append((tag, values))
        if tag == "img" and "alt" not in values:
            self.wrong.append("an image has no alt text")
        if tag == "form" and values.get("method", "get").lower() == "post":
            self._buttons.append("csrf")
        if tag == "input" and values.get("name") == "csrfmiddlewaretoken" and self._buttons:
            self._buttons.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def findings(self) -> Iterator[str]:
        yield from self.wrong
        yield from (f"the id {each} stands {times} times" for each, times in self.ids.items() if times > 1)
        yield from (f"something points at #{each}, which is not there" for each in self.pointed - self.ids.keys())
        for tag, values in self.fields:
            named = values.get("id") in self.labelled or values.get("aria-label") or values.get("aria-labelledby")
            if not named and values.get("type") not in _FREE - {"checkbox"}:
                yield f"<{tag} name={values.get('name')}> has no label"
        if self.tags["h1"] != 1:
            yield f"there are {self.tags['h1']} h1"
        if self._buttons:
            yield "a form that posts has no token"


def faults(page: str) -> list[str]:
    """What our rules have against a whole page; empty where it is in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return list(reader.findings())


def words(page: str) -> str:
    """The text of a page, spaces drawn together."""
    reader = _Reader()
    reader.feed(page)
    return " ".join(" ".join(reader.words).split())
