"""What names a database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from onair.engines.base import EngineRefused, Nodes
from onair.engines.postgres import open_client, open_engine
from onair.engines.postgres.address import address_of
from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import WAIT, Peers
from tests.engines.contract.site import BOUNDS
from tests.postgres import ON_POSTGRES

URLS = {
    "postgres://anna:secret@db.example/site": "db.example/site",
    "postgresql://db.example:6543/site?sslmode=require": "db.example:6543/site",
    "postgresql:///site": "this machine/site",
}

WRONG = {
    "postgres://db.example": "names no database",
    "postgres://db.example/site?color=red": "is wrong",
    "postgres:nowhere": "use one of DATABASES, which are default, file, other, postgres",
    "postgres:default": "name one of PostgreSQL",
}


@pytest.mark.parametrize("url", URLS)
def test_a_url_names_a_database_and_its_password_is_not_shown(url: str) -> None:
    address = address_of(url)
    assert str(address) == URLS[url]
    assert "secret" not in repr(address)


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize("opened", [open_engine, open_client])
def test_what_names_none_is_refused_with_a_remedy(url: str, opened: Callable[..., Any]) -> None:
    with pytest.raises(EngineRefused, match=WRONG[url]):
        opened(url, "1", BOUNDS)


@pytest.mark.parametrize("database", [ON_POSTGRES], indirect=True)
def test_an_alias_is_a_database_of_the_site(database: str, peers: Peers, app_id: str) -> None:
    url = EngineUrl(f"postgres:{database}")
    peer = peers.add(lambda: url.open(app_id, BOUNDS))
    peer.wait_until_connected()
    client = peers.add_client(url.connect(app_id, BOUNDS))
    assert client.do(Nodes(), WAIT) == peer.do(Nodes()) == {}


@pytest.mark.parametrize("database", [ON_POSTGRES], indirect=True)
def test_the_role_that_django_assumes_is_assumed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = connections[database].settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "assume_role", "somebody")
    monkeypatch.setitem(options, "options", "-c search_path=site")
    assert address_of(f"postgres:{database}").params["options"] == "-c search_path=site -c role=somebody"


ALIASES_WITHOUT_A_SITE = {
    "sys.modules['django'] = None": "there is no Django here",
    "": "there is none here",
}


@pytest.mark.parametrize("before", ALIASES_WITHOUT_A_SITE)
def test_an_alias_without_a_site_is_refused(before: str) -> None:
    script = (
        f"import sys; {before}\n"
        "from onair.engines.base import EngineRefused\n"
        "from onair.engines.postgres.address import address_of\n"
        "try: address_of('postgres:default')\n"
        "except EngineRefused as error: print(error)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}
    )
    assert ALIASES_WITHOUT_A_SITE[before] in found.stdout
