"""How people name some records for `upstate resync`: by key or by the district's own id, on the line or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from upstate.cli.hubs import Ended, Records, Reports
from upstate.cli.printing import console, count, print_json
from upstate.errors import ConfigError, PlanError
from upstate.planning import rows_of_csv, rows_of_text

_SHOWN = 20


def read_records(
    keys: tuple[str, ...], key_file: str | None, ids: tuple[str, ...], id_file: str | None, *, dependents: bool
) -> Records | None:
    """The records that were named; None where none were. PlanError where it was done in several ways at once."""
    given = [bool(keys), key_file is not None, bool(ids), id_file is not None]
    if not any(given):
        if dependents:
            raise PlanError("--with-dependents goes with --key or --id.")
        return None
    if sum(given) > 1:
        raise PlanError("Name records in one way: --key, --key-file, --id or --id-file.")
    file = key_file if key_file is not None else id_file
    rows = _rows(Path(file)) if file is not None else [row for line in (*keys, *ids) for row in rows_of_text(line)]
    return Records(tuple(rows), by_id=bool(ids) or id_file is not None, dependents=dependents)


def _rows(file: Path) -> tuple[tuple[str, ...], ...]:
    try:
        return rows_of_csv(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except PlanError as error:
        raise ConfigError(f"{file} cannot be read. {error.message}") from error


def report_records(
    reports: Reports,
    ended: Ended,
    not_there: tuple[str, ...],
    wanted: Records,
    outcome: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    """What became of some records, and which of those asked for the district does not have."""
    if as_json:
        print_json({**outcome, "not_there": list(not_there)})
        return
    show_records(reports, ended)
    if not_there:
        what = "ids" if wanted.by_id else "keys"
        shown = ", ".join(not_there[:_SHOWN])
        more = f" and {len(not_there) - _SHOWN:,} more" if len(not_there) > _SHOWN else ""
        console().print(
            f"{ended.district} has no record with {len(not_there):,} of these {what}, so nothing was changed for "
            f"them: {shown}{more}."
        )


def show_records(reports: Reports, ended: Ended) -> None:
    """The objects that had records in it, the roots it met, and what went on from it."""
    from upstate.cli.tables import roots_table, status_table

    out = console()
    for each in (ended, *ended.followers):
        runs = {run.object: run for run in each.runs if run.counts.processed or run.state != "landed"}
        if each is not ended:
            out.print(f"What was held back, in resync {each.resync}:", style="bold")
        if runs:
            out.print(status_table(runs, runs, split=True))
        problems = roots_table(reports.roots(each.district, resync=each.resync, verdict="failed", limit=5))
        if problems.row_count:
            out.print(problems)
        records = sum(run.counts.processed for run in each.runs)
        out.print(f"Resync {each.resync} {each.state}: {count(records, 'record')} in {each.seconds:.1f} s.")
