"""One POST, answered step by step: the last word is what failed, or where to go on.

With script the pieces are added to the page that sent the form, which keeps what was typed;
without, the same answer is a complete page. The secret lives in this request alone.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from django.db import IntegrityError
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from postroom.accounts.models import EmailAccount
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.connection_test import try_connection
from postroom.setup.requests import AccountRequest
from postroom.setup.steps import Failure, StepReport
from postroom.setup.throttle import Tester
from postroom.web.connecting.server_form import TriedForm
from postroom.web.connecting.steps import ShownStep
from postroom.web.security import NEVER_KEPT
from postroom.web.sign_in import SignedInRequest
from postroom.web.threads import ask_once

PARTS = "email_configuration/parts"
PAGE = "email_configuration/attempt.html"
HERE = "<!-- here -->"
TAKEN = "This mailbox has just been connected by someone else. Nothing was saved."

# Keeps what works, given what is wrong with sending.
Keep = Callable[[AccountRequest, str], EmailAccount]


@dataclass(slots=True)
class Attempt:
    """A form that was sent, what it asks for, and how to keep that when it works.

    With `stays` it is the page itself that tells the good news.
    """

    request: SignedInRequest
    form: TriedForm
    wanted: AccountRequest | None
    keep: Keep
    stays: bool = False
    failure: Failure | None = None
    trouble: str = ""

    def response(self) -> StreamingHttpResponse:
        """The answer, sent as it comes about."""
        parts = self.pieces() if self.request.htmx else self.whole_page()
        response = StreamingHttpResponse(parts, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = NEVER_KEPT
        response.headers["X-Accel-Buffering"] = "no"
        return response

    async def pieces(self) -> AsyncGenerator[str]:
        """What the script puts in its place, one piece a line."""
        async with aclosing(self.steps()) as steps:
            async for step in steps:
                yield as_line(render_to_string(f"{PARTS}/step.html", {"step": step}))
        yield await ask_once(self.last_words)

    async def whole_page(self) -> AsyncGenerator[str]:
        """The same for a browser without script: what is over, one below the other."""
        head, _, tail = (await ask_once(self.render, PAGE)).partition(HERE)
        yield head
        async with aclosing(self.steps()) as steps:
            async for step in steps:
                yield render_to_string(f"{PARTS}/step.html", {"step": step, "is_over": True})
        yield await ask_once(self.outcome)
        yield tail

    async def steps(self) -> AsyncGenerator[ShownStep]:
        """Try it, unless the form itself cannot be used; remembers what went wrong."""
        if self.wanted is None:
            return
        tester = Tester(self.request.user, timezone.now())
        async with aclosing(try_connection(self.wanted, tester)) as reports:
            async for report in reports:
                yield ShownStep(report, self.wanted)
                self.remember(report)

    def remember(self, report: StepReport) -> None:
        """Without an incoming server there is no mailbox; without an outgoing one there is."""
        if report.failure and report.side == "incoming":
            self.failure = report.failure
        elif report.failure:
            self.trouble = report.failure.sentence

    def last_words(self) -> str:
        """What went wrong at which field, or the page to go on at."""
        account = self.find_kept()
        if account:
            good_news = "passed.html" if self.stays else "connected.html"
            return as_line(self.render(f"{PARTS}/{good_news}", account=account))
        wrong = self.form.errors.items()
        pieces = [self.render(f"{PARTS}/wrong.html", name=n, errors=e) for n, e in wrong]
        return "".join(map(as_line, [*pieces, self.render(f"{PARTS}/failed.html")]))

    def outcome(self) -> str:
        """The link to go on, or the form again with all that was typed but the secrets."""
        account = self.find_kept()
        return self.render(f"{PARTS}/outcome.html", account=account)

    def find_kept(self) -> EmailAccount | None:
        """Keep it if it works; else None, and the form knows why."""
        if self.failure:
            self.form.explain(ConnectionFailed.because(self.failure))
        if self.wanted is None or self.failure:
            return None
        try:
            return self.keep(self.wanted, self.trouble)
        except ConnectionFailed as failure:
            self.form.explain(failure)
            return None
        except IntegrityError:
            self.form.add_error(None, TAKEN)
            return None

    def render(self, template: str, **context: object) -> str:
        """A page or part with the form."""
        known = {
            "room": "setup",
            "form": self.form,
            "trouble": self.trouble,
            "back": reverse("email-configuration"),
        }
        return render_to_string(template, known | context, request=self.request)


def as_line(html: str) -> str:
    """A piece on a line of its own."""
    return " ".join(html.split("\n")).strip() + "\n"
