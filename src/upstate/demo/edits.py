"""What happens between the demo's two acts: edits at the district, and at the state behind its back, by plain SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import psycopg

from upstate.demo.recipe import Recipe

_APART = 20  # seeds choose other rows, up to so many further on


def edit_district(path: Path, recipe: Recipe) -> tuple[int, int]:
    """Edit the district's file: how many people take another name, and how many roster entries are gone."""
    values = {"skip": recipe.seed % _APART, "school_year": recipe.school_year}
    with closing(sqlite3.connect(path)) as connection, connection:
        renamed, lost = (
            connection.execute(_sql(name), values).rowcount
            for name in ("district_rename_people", "district_lose_rosters")
        )
    return renamed, lost


def edit_state(url: str, district: int, recipe: Recipe) -> tuple[int, int]:
    """Edit a district's rows at the state: how many test scores are changed, and how many contact logs deleted."""
    values = {"skip": recipe.seed % _APART, "district": district}
    with psycopg.connect(url) as connection:
        changed, deleted = (
            connection.execute(_sql(name).encode(), values).rowcount
            for name in ("state_change_scores", "state_delete_contacts")
        )
    return changed, deleted


def _sql(name: str) -> str:
    return (files("upstate.demo") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
