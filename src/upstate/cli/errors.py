"""`upstate errors`: what did not land, why, and what frees it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import click

from upstate.cli.hubs import Reports
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, key_text, print_json_rows
from upstate.errors import ConfigError

_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.]+(\||$))")
_SHOWN = 20  # rows of a table where no limit is given


@click.command()
@click.argument("district")
@click.option("--roots", "by_root", is_flag=True, help="By what must be mended, whatever holds back most first.")
@click.option(
    "--object", "object_name", metavar="OBJECT", help="Only this object's rejections, or roots among its records."
)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help=f"At most N; a table shows {_SHOWN} by itself.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write them to a CSV file.")
def errors(
    district: str, by_root: bool, object_name: str | None, limit: int | None, as_json: bool, csv_file: str | None
) -> None:
    """Show the rejections of a district that are still open.

    Each says of one record why it did not land, what to do, and which record is the root of it.

    \b
    Examples:  upstate errors Lakeside --roots
               upstate errors Lakeside --object Enrollment --csv enrollment.csv
    """
    if as_json and csv_file is not None:
        raise ConfigError("Choose --json or --csv, not both.")
    reports = open_hub().reports
    known = reports.district_named(district)
    name = None if object_name is None else reports.object_named(object_name)
    if as_json or csv_file is not None:
        rows = _roots(reports, known, name, limit) if by_root else _rejections(reports, known, name, limit)
        if csv_file is not None:
            columns = _ROOT_COLUMNS if by_root else _COLUMNS
            click.echo(f"Wrote {count(_write_csv(Path(csv_file), columns, rows), 'line')} to {csv_file}.")
        else:
            print_json_rows({"district": known}, "roots" if by_root else "rejections", rows)
    elif by_root:
        _show_roots(reports, known, name, limit or _SHOWN)
    else:
        _show_rejections(reports, known, name, limit or _SHOWN)


_COLUMNS = (
    "object", "key", "school_year", "verdict", "reason", "column", "records", "message", "advice",
    "root_object", "root_key", "root_reason", "first_seen", "last_seen",
)  # fmt: skip
_ROOT_COLUMNS = ("id", "object", "key", "reason", "verdict", "message", "advice", "blocks", "by_object")


def _rejections(reports: Reports, district: str, name: str | None, limit: int | None) -> Iterable[dict[str, Any]]:
    for row in reports.rejections(district, object_name=name, limit=limit):
        row["key"], row["root_key"] = key_text(row["key"]), key_text(row["root_key"])
        row["first_seen"], row["last_seen"] = row.pop("first_seen_at"), row.pop("last_seen_at")
        yield row


def _roots(reports: Reports, district: str, name: str | None, limit: int | None) -> Iterable[dict[str, Any]]:
    for root in reports.roots(district, object_name=name, limit=limit):
        values = {column: getattr(root, column) for column in _ROOT_COLUMNS}
        yield {**values, "key": key_text(root.key)}


def _show_roots(reports: Reports, district: str, name: str | None, limit: int) -> None:
    from upstate.cli.tables import outlook_lines, roots_table

    out = console()
    for line in outlook_lines(reports.outlook(district)):
        out.print(line)
    sections: tuple[tuple[str, Literal["failed", "excluded"]], ...] = (
        ("To be mended", "failed"),
        ("Kept out by policy", "excluded"),
    )
    for heading, verdict in sections:
        table = roots_table(reports.roots(district, object_name=name, verdict=verdict, limit=limit))
        if table.row_count:
            out.print(f"\n{heading}", style="bold")
            out.print(table)
        if table.row_count == limit:
            out.print(f"The first {limit}; more with --limit, all with --csv FILE.", style="dim")


def _show_rejections(reports: Reports, district: str, name: str | None, limit: int) -> None:
    from upstate.cli.tables import rejections_table

    out = console()
    total = reports.count_rejections(district, object_name=name)
    if not total:
        out.print("Nothing is rejected." if name is None else f"No record of {name} is rejected.")
        return
    out.print(rejections_table(reports.rejections(district, object_name=name, limit=limit)))
    if total > limit:
        out.print(f"The first {limit} of {count(total, 'rejection')}; all with --csv FILE.", style="dim")
    out.print(f"What to mend first: upstate errors {district} --roots", style="dim")


def _write_csv(file: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> int:
    written = 0
    try:
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            for row in rows:
                writer.writerow([_cell(row[column]) for column in columns])
                written += 1
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error
    return written


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "; ".join(f"{held} {name}" for name, held in value.items())
    # a spreadsheet would take such a text for a formula; a negative number is none
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
