"""One sequential read of a SQLite file: python -m bench.sqlite_reading FILE QUERY... says its seconds and CPU seconds.

Arrow is the fastest way there is from Python to every column of every row (a third faster than Python's own module,
which makes an object of each value); it guesses a column's type by its first rows, so where a column changes its type
later, that table is read again by Python's own.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections import deque

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_sqlite import dbapi


def read(file: str, queries: list[str]) -> None:
    """Fetch every row of every query, a batch at a time, and let go of it."""
    with dbapi.connect(file) as connection:
        for query in queries:
            try:
                with connection.cursor() as cursor:
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": "65536"})
                    cursor.execute(query)
                    deque(cursor.fetch_record_batch(), maxlen=0)
            except (adbc_driver_manager.Error, pa.ArrowException, OSError):
                plain = sqlite3.connect(file)
                plain.text_factory = bytes
                deque(plain.execute(query), maxlen=0)
                plain.close()


if __name__ == "__main__":
    began, cpu_before = time.perf_counter(), time.process_time()
    read(sys.argv[1], sys.argv[2:])
    print(time.perf_counter() - began, time.process_time() - cpu_before)
