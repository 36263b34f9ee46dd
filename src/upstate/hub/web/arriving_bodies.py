"""A request's body is waited for only so long: one that stops coming, or comes too slowly, holds no thread for ever."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from upstate.hub.web.silent_lines import Line, cut_if_silent

SILENCE = 30.0  # seconds without another piece; a claim that waits for work is silent for 25
LONGEST = 600.0  # seconds for the whole of a body
_PIECE = 64 << 10
_LOOK_AGAIN = 1.0

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Watch:
    """Cuts the lines of those whose bodies are waited for too long; one thread, only while a body is waited for."""

    def __init__(self, silence: float = SILENCE, longest: float = LONGEST) -> None:
        self.silence = silence
        self.longest = longest
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[float, Line]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, line: Line, until: float) -> int:
        """From now on a piece of a body on this line is waited for, until that moment at the latest."""
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = (until, line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="bodies", daemon=True)
                self._thread.start()
            return number

    def end(self, number: int) -> None:
        """It has come, or never will."""
        with self._lock:
            self._waiting.pop(number, None)

    def _look(self) -> None:
        while True:
            time.sleep(min(_LOOK_AGAIN, self.silence / 4))
            now = time.monotonic()
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                late = {line for until, line in self._waiting.values() if until < now}
            for line in late:
                cut_if_silent(line, self.silence)


class ArrivingBody:
    """The server's input, read piece by piece under a watch; where it stops coming it ends early, as if cut off."""

    def __init__(self, source: Any, size: int, line: Line, watch: Watch) -> None:
        self._source = source
        self._left = size
        self._line = line
        self._watch = watch
        self._end = time.monotonic() + watch.longest
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """As of any file: so many bytes, or fewer at the end."""
        wanted = len(self._held) + self._left if size < 0 else size
        parts = []
        while wanted > 0 and (self._held or self._more()):
            part, self._held = self._held[:wanted], self._held[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """As of any file: up to the end of a line."""
        limit = len(self._held) + self._left if size < 0 else size
        while b"\n" not in self._held and len(self._held) < limit and self._more():
            continue
        end = self._held.find(b"\n") + 1 or len(self._held)
        return self.read(min(end, limit))

    def _more(self) -> bool:
        if self._left <= 0:
            return False
        number = self._watch.begin(self._line, min(time.monotonic() + self._watch.silence, self._end))
        try:
            piece = bytes(self._source.read(min(_PIECE, self._left)))
        finally:
            self._watch.end(number)
        self._left = self._left - len(piece) if piece else 0
        self._held += piece
        return bool(piece)


def with_bounded_bodies(application: Application, watch: Watch | None = None) -> Application:
    """The same application; what it reads of a request's body is waited for only so long."""
    watch = Watch() if watch is None else watch

    def bounded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        told = environ.get("CONTENT_LENGTH") or ""
        if told.isascii() and told.isdigit() and 0 < len(told) < 19:
            line = Line(str(environ.get("REMOTE_ADDR", "")), str(environ.get("SERVER_PORT", "")))
            environ["wsgi.input"] = ArrivingBody(environ["wsgi.input"], int(told), line, watch)
        return application(environ, start_response)

    return bounded
