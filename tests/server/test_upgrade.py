"""What is plain is what the whole parser would have accepted."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from onair.server.server import Handshake
from onair.server.upgrade import MAX_PLAIN_BYTES, MAX_PLAIN_FIELDS, Upgrade, parsed, plain, upgrade

Field = tuple[bytes, bytes]

#: RFC 6455, 1.3.
KEY, ACCEPT = b"dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

PLAIN: Mapping[bytes, bytes] = {
    b"host": b"example.com:8000",
    b"connection": b"Upgrade",
    b"upgrade": b"websocket",
    b"sec-websocket-version": b"13",
    b"sec-websocket-key": KEY,
}

TARGET = b"/app/key?protocol=7&client=js"


def request(
    fields: Sequence[Field] = tuple(PLAIN.items()), target: bytes = TARGET, line: bytes = b"GET %b HTTP/1.1"
) -> bytes:
    """The head of a request as uvicorn hands it over."""
    lines = [line.replace(b"%b", target), *(name + b": " + value for name, value in fields), b"", b""]
    return b"\r\n".join(lines)


def having(**fields: bytes | None) -> bytes:
    """A plain request with other fields, or without some."""
    changed = PLAIN | {name.replace("_", "-").encode(): value for name, value in fields.items()}
    return request([(name, value) for name, value in changed.items() if value is not None])


def accept_of(answer: bytes) -> list[bytes]:
    """The lines of an answer that both roads must have in common: all but the date, which none needs."""
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"Date: ")]


def assert_same(wire: bytes) -> Upgrade | None:
    """What is plain is accepted by the parser with the same answer, and says the same."""
    quick, whole = plain(wire), parsed(wire)
    if quick is not None:
        assert quick.handshake == whole.handshake
        assert accept_of(quick.answer) == accept_of(whole.answer)
        assert upgrade(wire) == quick
    else:
        assert upgrade(wire).handshake == whole.handshake
    return quick


def test_the_example_of_the_rfc() -> None:
    answer, handshake = plain(having(origin=b"http://example.com")) or pytest.fail("it is plain")
    assert b"\r\nSec-WebSocket-Accept: " + ACCEPT + b"\r\n" in answer
    assert handshake == Handshake(
        path="/app/key",
        query="protocol=7&client=js",
        origin="http://example.com",
        host="example.com:8000",
    )


#: As Firefox, Chrome and a proxy write them.
ACCEPTED = {
    "no origin": having(),
    "Firefox": having(
        connection=b"keep-alive, Upgrade",
        origin=b"http://localhost:8000",
        sec_websocket_extensions=b"permessage-deflate",
        user_agent=b"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        cookie=b'csrftoken=x; sessionid="y"',
        sec_fetch_mode=b"websocket",
    ),
    "Chrome": having(
        sec_websocket_extensions=b"permessage-deflate; client_max_window_bits", pragma=b"no-cache"
    ),
    "a proxy": having(connection=b"upgrade", x_forwarded_for=b"10.0.0.1, 10.0.0.2", x_real_ip=b"10.0.0.1"),
    "letters of any size": having(connection=b"UPGRADE", upgrade=b"WebSocket"),
    "the token as one of many": having(connection=b"a ,\tUpGrade\t, b"),
    "an origin of none": having(origin=b"null"),
    "a field without a value": having(origin=b"", x=b""),
    "no query": request(target=b"/app/key"),
    "two queries": request(target=b"/app/key?a?b"),
    "an address": request(target=b"http://example.com/app/key?protocol=7"),
}

LEFT_TO_THE_PARSER = {
    "another method": request(line=b"POST %b HTTP/1.1"),
    "another version": request(line=b"GET %b HTTP/1.0"),
    "a target with a space": request(target=b"/app/key ?protocol=7"),
    "a target that is not ASCII": request(target="/app/clé".encode()),
    "no target": request(target=b""),
    **{f"no {name.decode()}": having(**{name.decode(): None}) for name in PLAIN},
    **{f"{name.decode()} twice": request([*PLAIN.items(), (name, value)]) for name, value in PLAIN.items()},
    "two origins": request([*PLAIN.items(), (b"origin", b"http://a"), (b"origin", b"http://b")]),
    "two of what nobody asks for": request([*PLAIN.items(), (b"x", b"1"), (b"x", b"2")]),
    "a name in capitals": request([*PLAIN.items(), (b"Origin", b"http://a")]),
    "a name with a space": request([*PLAIN.items(), (b"origin ", b"http://a")]),
    "no name": request([*PLAIN.items(), (b"", b"http://a")]),
    "a folded line": having(origin=b"http://a\r\n http://b"),
    "a line feed in a value": having(origin=b"http://a\nhost: b"),
    "a carriage return in a value": having(origin=b"http://a\rhost: b"),
    "a line that is smuggled in": having(origin=b"http://a\r\nhost: b"),
    "a head that ends in a value": having(x=b"\r\n\r\nhost: b"),
    "a nought in a value": having(origin=b"http://a\0"),
    "a value that is not ASCII": having(cookie="é".encode()),
    "spaces around a value": having(origin=b" http://a "),
    "another upgrade": having(upgrade=b"h2c"),
    "two upgrades": having(upgrade=b"websocket, h2c"),
    "the token within another": having(connection=b"no-upgrade"),
    "two tokens without a comma": having(connection=b"keep-alive upgrade"),
    "what is no token": having(connection=b"upgrade, @"),
    "an empty token": having(connection=b"upgrade, "),
    "another WebSocket": having(sec_websocket_version=b"8"),
    "more than a version": having(sec_websocket_version=b"13, 8"),
    "a short key": having(sec_websocket_key=b"c2hvcnQ="),
    "a long key": having(sec_websocket_key=b"A" * 24),
    "a key with bits too many": having(sec_websocket_key=KEY.replace(b"Q==", b"R==")),
    "a key of another alphabet": having(sec_websocket_key=KEY.replace(b"G", b"-")),
    "a body": having(content_length=b"5"),
    "a body of nothing": having(content_length=b"0"),
    "a body in chunks": having(transfer_encoding=b"chunked"),
    "a protocol to choose": having(sec_websocket_protocol=b"pusher"),
    "protocols that cannot be read": having(sec_websocket_protocol=b"@"),
    "bytes behind the head": request() + b"\x81\x80\0\0\0\0",
    "bytes behind a head that is refused": having(upgrade=None) + b"\0\0",
    "half a head": request()[:-2],
    "no lines but the first": request([]),
    "no carriage returns": request().replace(b"\r", b""),
    "nothing": b"",
    "a long line": having(x=b"x" * MAX_PLAIN_BYTES),
    "many lines": request([*PLAIN.items(), *((b"x%d" % number, b"") for number in range(MAX_PLAIN_FIELDS))]),
}


@pytest.mark.parametrize("wire", ACCEPTED.values(), ids=ACCEPTED)
def test_what_clients_send_is_plain(wire: bytes) -> None:
    assert assert_same(wire) is not None


@pytest.mark.parametrize("wire", LEFT_TO_THE_PARSER.values(), ids=LEFT_TO_THE_PARSER)
def test_anything_else_is_left_to_the_parser(wire: bytes) -> None:
    assert assert_same(wire) is None


_TOKENS = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1).map(str.encode)
_PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(
    lambda text: text.strip().encode()
)
_ANY = st.binary(max_size=20)
_OPTIONS = st.lists(st.sampled_from([b"upgrade", b"Upgrade", b"keep-alive"]) | _TOKENS | _ANY, max_size=4)
_ODD: Mapping[bytes, st.SearchStrategy[bytes]] = {
    b"host": _PRINTABLE,
    b"connection": st.builds(bytes.join, st.sampled_from([b",", b", ", b" ,\t", b" "]), _OPTIONS),
    b"upgrade": st.sampled_from([b"WebSocket", b"websocket/13", b"websocket, x", b"h2c"]),
    b"sec-websocket-version": st.sampled_from([b"8", b"013", b"13,13", b"13 "]),
    b"sec-websocket-key": st.from_regex(rb"[A-Za-z0-9+/ _-]{20,24}={0,2}", fullmatch=True),
}
_NAMES = st.sampled_from(
    [*PLAIN, b"origin", b"Origin", b"content-length", b"transfer-encoding", b"sec-websocket-protocol", b"x"]
)
_EXTRA = st.tuples(
    _NAMES | _TOKENS | _ANY, _PRINTABLE | _ANY | st.sampled_from([b"0", b"http://a, http://b"])
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Plain requests, and such as are odd in a way or two."""
    odd = draw(st.sets(st.sampled_from(["value", "more", "target", "cut"]), max_size=2))
    fields = list(PLAIN.items())
    if "value" in odd:
        at = draw(st.integers(0, len(fields) - 1))
        name = fields[at][0]
        fields[at] = (name, draw(_ODD[name] | _ANY))
    if "more" in odd:
        fields += draw(st.lists(_EXTRA, min_size=1, max_size=3))
    target = draw(_PRINTABLE | _ANY) if "target" in odd else TARGET
    wire = request(draw(st.permutations(fields)), target)
    if "cut" in odd:
        start, size = draw(st.integers(0, len(wire))), draw(st.integers(0, 3))
        wire = wire[:start] + draw(_ANY) + wire[start + size :]
    return wire


@given(requests() | st.binary(max_size=200))
def test_the_parser_accepts_whatever_is_plain(wire: bytes) -> None:
    event("plain" if assert_same(wire) else "left to the parser")


@given(
    st.permutations(list(PLAIN.items())),
    st.dictionaries(_TOKENS.map(lambda name: b"x-" + name.lower()), _PRINTABLE, max_size=8),
    st.binary(min_size=16, max_size=16),
)
def test_every_key_is_plain_in_any_order(
    fields: list[Field], extra: dict[bytes, bytes], nonce: bytes
) -> None:
    keyed = [(name, b64encode(nonce) if name == b"sec-websocket-key" else value) for name, value in fields]
    assert assert_same(request([*keyed, *extra.items()])) is not None
