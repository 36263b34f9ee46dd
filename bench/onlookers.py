"""People who watch the Batch page as their browsers would, a process of its own: `python -m bench.onlookers`."""

from __future__ import annotations

import html
import re
import sys
import threading
import time
import urllib.request

_PACE = re.compile(r'hx-get="([^"]+)" hx-trigger="every ([0-9]+)s"')


class Crowd:
    """So many people who have a page open; `looks` counts how often they asked for its live part."""

    def __init__(self, address: str, cookie: str, page: str) -> None:
        self.looks = 0
        self._address, self._cookie, self._page = address, cookie, page
        self._lock = threading.Lock()

    def watch(self, after: float) -> None:
        """Open the page after so many seconds, and look again as often as it asks for."""
        time.sleep(after)
        seen = self._ask(self._page)
        with self._lock:
            self.looks += 1
        while found := _PACE.search(seen):
            time.sleep(int(found[2]))
            seen = self._ask(html.unescape(found[1])) or seen
            with self._lock:
                self.looks += 1

    def _ask(self, path: str) -> str:
        headers = {"Cookie": self._cookie, "HX-Request": "true"}
        with urllib.request.urlopen(
            urllib.request.Request(self._address + path, headers=headers), timeout=60
        ) as answer:
            text: str = answer.read().decode()
        return text


def main() -> None:
    """Open the page at a word on standard input and watch until that ends; then say how often was looked."""
    address, cookie, people, page = sys.argv[1:]
    crowd = Crowd(address, cookie, page)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(people)):  # people do not open a page in the same moment
        threading.Thread(target=crowd.watch, args=(number / int(people),), daemon=True).start()
    sys.stdin.read()
    print(crowd.looks, flush=True)


if __name__ == "__main__":
    main()
