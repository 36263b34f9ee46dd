"""CSV files, in a folder and in a zip, keep the contract of sources."""

from pathlib import Path

import pytest
from tests.agent.csv_maker import CsvMaker
from tests.agent.source_contract import SourceContract


class TestFolder(SourceContract):
    """Every test of the contract, over a fresh folder."""

    @pytest.fixture
    def maker(self, tmp_path: Path) -> CsvMaker:
        return CsvMaker(tmp_path / "district")


class TestZip(SourceContract):
    """Every test of the contract, over a fresh zip."""

    @pytest.fixture
    def maker(self, tmp_path: Path) -> CsvMaker:
        return CsvMaker(tmp_path / "district.zip")
