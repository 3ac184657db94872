"""Mail that is small on the wire and wants to be enormous on the page."""

import time

import pytest

from postroom.mime import attachment_content, parse_message
from postroom.rendering.letter import letter
from postroom.rendering.safe_html import LARGEST_PAGE, safe_html


def with_images(html: str, sizes: list[int]) -> bytes:
    """A message whose images are called 0@x, 1@x …"""
    parts = [f"Content-Type: text/html\r\n\r\n{html}"]
    parts += [
        f"Content-Type: image/png\r\nContent-ID: <{number}@x>\r\n\r\n" + size * "x"
        for number, size in enumerate(sizes)
    ]
    head = "From: a@b.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    return (head + "\r\n--b\r\n".join(parts) + "\r\n--b--\r\n").encode()


def test_a_message_of_many_images_is_read_once_and_not_once_an_image() -> None:
    raw = with_images("".join(f"<img src=cid:{n}@x>" for n in range(400)), 400 * [10])
    message = parse_message(raw)
    start = time.process_time()
    shown = safe_html(message, raw)
    once = time.process_time() - start
    for attachment in message.attachments[:40]:
        attachment_content(raw, attachment.part)
    an_image_each = 10 * (time.process_time() - start - once)
    assert shown.html.count("data:image/png") == 400
    assert once < an_image_each / 10


def test_one_image_shown_ten_thousand_times_fills_no_memory() -> None:
    raw = with_images(10_000 * "<img src=cid:0@x>", [300_000])
    shown = safe_html(parse_message(raw), raw)
    assert LARGEST_PAGE / 2 < len(shown.html) < 2 * LARGEST_PAGE
    assert 0 < shown.blocked_images < 10_000


@pytest.mark.parametrize("line", ["http://a.b ", ">a\nb\n"])
def test_two_megabytes_of_marks_are_laid_out_in_less_than_a_second(line: str) -> None:
    text = line * (2_000_000 // len(line))
    start = time.process_time()
    shown = letter(text)
    assert time.process_time() - start < 1
    assert len(shown) < 3 * len(text)
