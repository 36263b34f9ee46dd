"""What the environment says of the hub's processes: a value in force, or one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstate.cli.settings import Settings
from upstate.cli.web_settings import read_web_settings
from upstate.errors import ConfigError


@pytest.mark.parametrize(("said", "seconds"), [("", 90), ("2", 2), ("3600", 3600)])
def test_how_long_a_lease_lasts_is_a_setting(tmp_path: Path, said: str, seconds: int) -> None:
    web = read_web_settings(Settings(tmp_path, None), {"UPSTATE_LEASE_SECONDS": said})
    assert web.settings()["UPSTATE_LEASE_SECONDS"] == seconds


@pytest.mark.parametrize("said", ["1", "3601", "soon", "-5", "4.5"])
def test_a_lease_that_cannot_be_is_told_in_a_line(tmp_path: Path, said: str) -> None:
    with pytest.raises(ConfigError, match="UPSTATE_LEASE_SECONDS must be a number of seconds, from 2 to 3600"):
        read_web_settings(Settings(tmp_path, None), {"UPSTATE_LEASE_SECONDS": said})
