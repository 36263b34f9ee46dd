"""The contract's asserts explain themselves like those of any test module."""

import pytest

pytest.register_assert_rewrite("tests.agent.source_contract")
