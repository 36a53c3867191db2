"""Who may use the HTTP API: signatures."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from onair.protocol.app import Credential
from tests.conformance.application import KEY, SECRET, ask, digest, signed, trigger
from tests.conformance.conftest import Connect, Serve
from tests.server.clients import Site

EVENT = {"name": "headline", "channel": "news", "data": "text"}


def test_p_api_auth_the_documents_vector_is_signed_as_they_say() -> None:
    params = "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0"
    params += "&body_md5=ec365a775a4cd0599faeb73354201b6f"

    expected = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
    assert digest(f"POST\n/apps/3/events\n{params}") == expected


@pytest.mark.parametrize(
    "tamper",
    [
        {"auth_signature": "00"},
        {"auth_key": "another"},
        {"auth_version": "2.0"},
        {"more": "unsigned"},
        {"body_md5": "00"},
    ],
)
def test_p_api_auth_what_was_not_signed_is_refused_and_shown(site: Site, tamper: dict[str, str]) -> None:
    body = json.dumps(EVENT).encode()
    query = signed("POST", "/apps/3/events", body, {}) | tamper
    status, text = site.request("POST", f"/apps/3/events?{urlencode(query)}", body)

    assert status == 401
    assert text.startswith("Invalid")
    if "auth_signature" in tamper or "more" in tamper:
        assert 'HmacSHA256Hex("POST\\n/apps/3/events\\n' in text


def test_p_api_auth_an_unsigned_request_is_refused(site: Site) -> None:
    assert site.request("POST", "/apps/3/events", json.dumps(EVENT).encode())[0] in (401, 404)


def test_p_api_auth_every_parameter_is_signed_known_or_not(site: Site) -> None:
    assert ask(site, "POST", "events", EVENT, more="signed").status == 200


def test_p_api_md5_a_body_must_be_the_signed_one(site: Site) -> None:
    body = json.dumps(EVENT).encode()
    query = urlencode(signed("POST", "/apps/3/events", body, {}))

    assert site.request("POST", f"/apps/3/events?{query}", body)[0] == 200
    assert site.request("POST", f"/apps/3/events?{query}", body + b" ")[0] == 401


def test_p_api_md5_an_empty_body_may_have_one(site: Site) -> None:
    empty = "d41d8cd98f00b204e9800998ecf8427e"

    assert ask(site, "GET", "channels", body_md5=empty) == (200, '{"channels":{}}')
    assert ask(site, "GET", "channels", body_md5="00").status == 401


@pytest.mark.parametrize(("age", "status"), [(0, 200), (590, 200), (-590, 200), (610, 401), (-610, 401)])
def test_p_api_time_a_request_is_ten_minutes_old_at_most(site: Site, age: int, status: int) -> None:
    assert ask(site, "GET", "channels", age=age).status == status


def test_p_api_prefix_the_path_is_signed_as_the_client_sees_it(site: Site) -> None:
    assert ask(site, "POST", "events", EVENT, prefix="/realtime").status == 200


def test_p_key_a_replaced_key_stays_valid(serve: Serve, connect: Connect) -> None:
    site = serve(credentials=(Credential("new", "new-secret"), Credential(KEY, SECRET)))
    client = connect(site).join("private-news")
    assert trigger(site, "private-news", "headline").status == 200

    client.next("headline")
