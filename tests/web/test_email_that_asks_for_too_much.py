"""An email that would keep a process busy for minutes: it is opened, and only it is any the worse.

Sanitising HTML takes time quadratic in its depth; 2 MB of it, as a mail may have, take minutes.
"""

import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.test import Client

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.confinement import process
from postroom.confinement.limits import Limits
from postroom.rendering import readers
from postroom.rendering.laying_out import UNREADABLE, LaidOut
from postroom.rendering.readers import LIMITS, Readers, ReadersBusy
from postroom.team.models import User
from web.browser import wait_for

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
DEEP = "<p>Our offer" + 400_000 * "<div>"
MIXED = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
LONG = Limits(cpu_seconds=60, memory=LIMITS.memory, seconds=60)
CRASHING = (sys.executable, str(Path(__file__).parents[1] / "sync" / "crashing_parser.py"))
WHOLE_TEXT = "<p>Only the whole page <b>is bold</b>.</p>"


class CountingReaders(Readers):
    """Readers that know how often they were asked."""

    asked = 0

    def ask(self, work: Callable[..., LaidOut], argument: object) -> LaidOut | None:  # type: ignore[override]
        self.asked += 1
        return super().ask(work, argument)


def with_html(html: str) -> bytes:
    """A message with an HTML body and a file."""
    body = (
        f"--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="offer.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
    )
    return message("An offer", NOON, body, from_=LENA, **MIXED)


@pytest.fixture
def deep(account: EmailAccount) -> Email:
    return received(account, with_html(DEEP))


@pytest.fixture
def plain(account: EmailAccount) -> Email:
    return received(account, with_html(WHOLE_TEXT))


def with_bytes(email: Email) -> Email:
    """The email with its bytes: a thread with a connection of its own would not find them."""
    return Email.objects.select_related("raw").get(pk=email.pk)


@pytest.fixture
def a_bad_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that begin from now on die of every work."""
    monkeypatch.setattr(process, "PROGRAM", CRASHING)


def use(made: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pages open emails with these readers."""
    monkeypatch.setattr(readers, "READERS", made)


def end_all_readers() -> None:
    """End the processes, also one that works."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # It may end meanwhile.
            if "postroom.rendering.laying_out" in child.cmdline():
                child.kill()


def test_unprotected_it_takes_more_than_any_reader_may(tmp_path: Path) -> None:
    mail = tmp_path / "deep.eml"
    mail.write_bytes(with_html(DEEP))
    program = (
        "import sys; from postroom.rendering.laying_out import lay_out;"
        "lay_out(open(sys.argv[1], 'rb').read())"
    )
    seconds = int(LIMITS.cpu_seconds) + 1
    twin = subprocess.run(
        [sys.executable, "-c", program, str(mail)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5)),
        check=False,
    )
    assert twin.returncode == -signal.SIGXCPU


def test_its_words_are_shown_with_the_reason_and_the_source(
    alice: User, deep: Email, as_user: SignIn
) -> None:
    start = time.process_time()
    page = as_user(alice).get(f"/emails/{deep.pk}/").content.decode()
    spent_here = time.process_time() - start
    assert "Only the words of this email are shown" in page
    assert '<div class="letter">Our offer' in page
    assert "offer.pdf" in page
    assert f"/emails/{deep.pk}/source/" in page
    assert 'class="paper' not in page
    assert spent_here < LIMITS.cpu_seconds / 2, "the process of the pages does none of it"


def test_its_source_is_a_file_of_the_bytes_that_came(
    alice: User, plain: Email, as_user: SignIn
) -> None:
    response = as_user(alice).get(f"/emails/{plain.pk}/source/")
    assert WHOLE_TEXT.encode() in response.content
    assert response.headers["Content-Disposition"] == f'attachment; filename="email-{plain.pk}.eml"'
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("processes", [1, 2])
def test_others_are_opened_meanwhile(
    processes: int, deep: Email, plain: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "SECONDS_FOR_A_FREE_ONE", 0.5)
    few = Readers(LONG, processes)
    opening = threading.Thread(target=open_in_vain, args=[few, with_bytes(deep)], daemon=True)
    opening.start()
    try:
        wait_for(lambda: few.free == processes - 1)
        if processes == 1:  # The control: where there is no second one, others wait in vain.
            with pytest.raises(ReadersBusy):
                few.lay_out(plain)
        else:
            assert "is bold" in (few.lay_out(plain).html or "")
        assert opening.is_alive()
    finally:
        while opening.is_alive():
            end_all_readers()
            opening.join(1)


def open_in_vain(few: Readers, email: Email) -> None:
    """Open an email; whatever ends that is no failure of the test."""
    with suppress(ReadersBusy):
        few.lay_out(email)


def test_an_opening_lays_out_once_for_page_and_frame(
    alice: User, plain: Email, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = CountingReaders()
    use(counting, monkeypatch)
    client = as_user(alice)
    assert "<iframe" in client.get(f"/emails/{plain.pk}/").content.decode()
    assert b"<b>is bold</b>" in client.get(f"/emails/{plain.pk}/body/").content
    assert counting.asked == 1


def test_what_was_too_much_is_not_tried_again_at_each_look(plain: Email, a_bad_day: None) -> None:
    hopeless = CountingReaders()
    assert hopeless.lay_out(plain) == hopeless.lay_out(plain) == UNREADABLE
    assert hopeless.asked == 2, "once as a whole, once its words"


def test_what_cannot_even_be_read_is_said_and_can_be_downloaded(
    alice: User,
    plain: Email,
    as_user: SignIn,
    a_bad_day: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(Readers(), monkeypatch)
    client = as_user(alice)
    page = client.get(f"/emails/{plain.pk}/").content.decode()
    assert "asks for more time or memory than one email may take" in page
    assert f"/emails/{plain.pk}/source/" in page
    assert client.get(f"/emails/{plain.pk}/body/").status_code == 404


def test_an_attachment_that_takes_too_long_is_said(
    alice: User, plain: Email, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(alice)
    address = f"/emails/{plain.pk}/attachments/2/"
    assert client.get(address).content == b"%PDF"
    monkeypatch.setattr(process, "PROGRAM", CRASHING)
    crashing = Readers()
    crashing._kept = readers.READERS._kept  # What is attached is known from before.
    monkeypatch.setattr(readers, "READERS", crashing)
    response = client.get(address)
    assert response.status_code == 503
    assert b"more time or memory" in response.content


def test_when_all_readers_are_busy_the_page_says_so_and_not_that_the_email_is_bad(
    alice: User, plain: Email, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "SECONDS_FOR_A_FREE_ONE", 0.0)
    use(Readers(processes=0), monkeypatch)
    page = as_user(alice).get(f"/emails/{plain.pk}/").content.decode()
    assert "could not be laid out just now" in page
