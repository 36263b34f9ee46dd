"""SQLite keeps the contract of sources."""

from pathlib import Path

import pytest
from tests.agent.source_contract import SourceContract
from tests.agent.sqlite_maker import SqliteMaker


class TestSqlite(SourceContract):
    """Every test of the contract, over a fresh file."""

    @pytest.fixture
    def maker(self, tmp_path: Path) -> SqliteMaker:
        return SqliteMaker(tmp_path / "district.sqlite")
