"""Images that lie elsewhere, fetched on a small internet: only pictures, only from public hosts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from postroom.mime import parse_message
from postroom.mime.unsubscribing import ONE_CLICK
from postroom.net.server import AllowedNetworks
from postroom.outbox.unsubscribing import ask_server
from postroom.rendering.laying_out import lay_out, lay_out_with_images
from postroom.rendering.remote_images import LARGEST_IMAGE, fetch_images
from postroom.rendering.safe_html import safe_html
from servers.internet import Internet, internet, trust
from servers.scripted import Dialogue, scripted

GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + 12 * b"\0" + b";"
HOST = "pictures.example"
WORLD = (HOST, "*.inside.example")


def answer(body: bytes, status: str = "200 OK", location: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: image/gif\r\n"
    return (head + (f"Location: {location}\r\n" if location else "") + "\r\n").encode() + body


ANSWERS = {
    "/a.gif": answer(GIF),
    "/page": answer(b"<script>fired()</script>"),
    "/moved": answer(b"", "302 Found", f"https://{HOST}/a.gif"),
    "/to-http": answer(b"", "302 Found", f"http://{HOST}/a.gif"),
    "/inside": answer(b"", "302 Found", "https://metadata.inside.example/a.gif"),
    "/loopback": answer(b"", "302 Found", "https://127.0.0.1/a.gif"),
    "/huge": answer(GIF + LARGEST_IMAGE * b"x"),
    "/off": answer(b"done"),
}
INSIDE = {
    "metadata.inside.example": "169.254.169.254",
    "ten.inside.example": "10.0.0.7",
    "six.inside.example": "::ffff:127.0.0.1",
}


class Heard(list[str]):
    """What the web server was asked, whole."""


@pytest_asyncio.fixture
async def world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[tuple[Internet, Heard]]:
    heard = Heard()

    async def play(dialogue: Dialogue) -> None:
        lines = [(await dialogue.line()).decode()]
        while line := (await dialogue.line()).decode():
            lines.append(line)
        heard.append("\n".join(lines))
        await dialogue.send_raw(ANSWERS.get(lines[0].split(" ")[1], answer(b"", "404 Not Found")))

    certificate = trust(monkeypatch, tmp_path / "world", WORLD)
    async with internet(monkeypatch) as net, scripted(play, certificate) as server:
        net.host(HOST, 443, (server.host, server.port))
        net.control = (server.host, server.port)
        for name, address in INSIDE.items():
            net.record(name, "AAAA" if ":" in address else "A", address)
        yield net, heard


def mail_with(*addresses: str) -> bytes:
    html = "".join(f'<img src="{address}">' for address in addresses)
    return f"From: a@b.example\r\nContent-Type: text/html\r\n\r\n{html}".encode()


@pytest.mark.asyncio
async def test_images_come_in_their_place_and_tell_nothing_of_the_reader(
    world: tuple[Internet, Heard],
) -> None:
    net, heard = world
    raw = mail_with(f"http://{HOST}/a.gif", f"https://{HOST}/moved", f"https://{HOST}/page")
    blocked = lay_out(raw)
    assert blocked.blocked_images == 3
    assert heard == [], "laying out asks nobody"
    found = await fetch_images(blocked.remote_images, net.allowed)
    shown = lay_out_with_images((raw, found))
    assert shown.html
    assert shown.html.count('<img src="data:image/gif;base64,') == 2
    assert "fired" not in shown.html
    assert shown.blocked_images == 1, "what is no picture is none here"
    assert "http" not in shown.html
    told = {line.partition(":")[0].lower() for each in heard for line in each.split("\n")[1:]}
    assert told == {"host", "user-agent", "connection", "content-length"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "address",
    [
        "https://ten.inside.example/a.gif",
        "https://metadata.inside.example/a.gif",
        "https://six.inside.example/a.gif",
        "https://127.0.0.1/a.gif",
        "https://[::1]/a.gif",
        "https://2130706433/a.gif",
        "https://0x7f.1/a.gif",
        f"https://{HOST}:8443/a.gif",
        f"https://{HOST}:25/a.gif",
        f"https://user@{HOST}/a.gif",
        f"https://{HOST}/inside",
        f"https://{HOST}/loopback",
        f"https://{HOST}/to-http",
        f"https://{HOST}/huge",
        f"https://{HOST}/absent",
        "https://nowhere.example/a.gif",
        "https://[bad/a.gif",
    ],
)
async def test_nothing_inside_is_asked_and_nothing_endless_taken(
    address: str, world: tuple[Internet, Heard]
) -> None:
    net, _ = world
    of_mail = AllowedNetworks.parse("10.0.0.0/8 127.0.0.0/8 169.254.0.0/16", "25 8443")
    allowed = replace(of_mail, name_server=net.name_server)
    assert await fetch_images([address], allowed) == {}
    assert {port for _, port in net.dialled} <= {443}
    assert all(place.startswith("198.51.99.") for place, _ in net.dialled)


def test_only_addresses_of_the_web_are_remote_images() -> None:
    raw = mail_with(
        *("x", "//a.example/x", "ftp://a.example/x", "https://a.example/" + 3_000 * "x")
    )
    assert safe_html(parse_message(raw), raw).remote_images == ()
    assert safe_html(parse_message(raw), raw).blocked_images >= 1


@pytest.mark.asyncio
async def test_one_click_posts_what_the_rfc_says_and_follows_nothing(
    world: tuple[Internet, Heard],
) -> None:
    net, heard = world
    told = await ask_server(f"https://{HOST}/off", net.allowed)
    assert not told.is_refusal
    assert heard[0].startswith("POST /off HTTP/1.1")
    assert f"content-length: {len(ONE_CLICK)}" in heard[0].lower()
    assert "cookie" not in heard[0].lower()
    moved = await ask_server(f"https://{HOST}/moved", net.allowed)
    assert moved.is_refusal
    assert len(heard) == 2, "a redirect is not followed (RFC 8058 §3.1)"
    inside = await ask_server("https://ten.inside.example/off", net.allowed)
    assert inside.is_refusal
    assert len(heard) == 2
