"""PostgreSQL keeps the contract of sources."""

import pytest
from tests.agent.postgresql_maker import PostgresqlMaker
from tests.agent.source_contract import SourceContract


class TestPostgresql(SourceContract):
    """Every test of the contract, over a fresh database."""

    @pytest.fixture
    def maker(self, database: str) -> PostgresqlMaker:
        return PostgresqlMaker(database)
