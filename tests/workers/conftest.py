from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workers.running import Newsroom, newsroom


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A site with a server and a database, which all of these tests share."""
    with newsroom(tmp_path_factory.mktemp("workers") / "site") as site:
        yield site
