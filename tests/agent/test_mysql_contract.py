"""MariaDB, and with it MySQL, keeps the contract of sources."""

from collections.abc import Iterator

import pytest
from tests.agent.mysql_maker import MysqlMaker, fresh_database
from tests.agent.source_contract import SourceContract


class TestMysql(SourceContract):
    """Every test of the contract, over a fresh database."""

    @pytest.fixture
    def maker(self) -> Iterator[MysqlMaker]:
        with fresh_database() as url:
            yield MysqlMaker(url)
