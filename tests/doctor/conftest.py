from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.doctor.sites import Site, make


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make(tmp_path / "site")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who makes the tests' certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))
