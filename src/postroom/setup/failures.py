"""From what went wrong on the wire to what a person is told, and where it can be mended.

A server's words mean more than our own guess from its code, and more still when we know whose
server it is: they are looked for among the hints of `providers` first.
"""

from typing import Final

from postroom.net.errors import NetError
from postroom.providers import Hint, Phase, find_hint
from postroom.setup.requests import ServerAddress
from postroom.setup.steps import Failure, Side, Step

_PHASES: Final = {
    Step.GREETING: Phase.GREETING,
    Step.SIGN_IN: Phase.SIGN_IN,
    Step.FOLDERS: Phase.FOLDERS,
    Step.SIZE: Phase.SENDING,
}
# Where to mend it; `{}` is imap, pop or smtp.
_HOST: Final = (
    "host_unknown",
    "name_server_silent",
    "address_not_allowed",
    "host_unreachable",
    "connect_timed_out",
    "certificate_mismatch",
    "certificate_untrusted",
    "certificate_expired",
    "certificate_self_signed",
    "nobody_answers",
    "other_server_at_this_port",
)
_PORT: Final = (
    "port_not_allowed",
    "port_is_for_sending",
    "port_is_for_pop",
    "port_is_for_imap",
    "port_is_for_reading",
    "port_refused",
    "closed_at_once",
    "silent",
    "not_an_imap_server",
    "not_a_pop3_server",
    "not_an_smtp_server",
    "pop3_at_this_port",
    "imap_at_this_port",
    "smtp_at_this_port",
    "sending_needs_a_sign_in",
)
_SECURITY: Final = (
    "plaintext_not_allowed",
    "tls_failed",
    "tls_too_old",
    "tls_not_offered",
    "tls_at_this_port",
    "plain_text_at_this_port",
    "tls_required",
)
_PASSWORD: Final = (
    "sign_in_refused",
    "sign_in_not_offered",
    "app_password_needed",
    "app_password_wrong",
    "app_password_likely",
    "app_password_if_2fa",
    "refused_or_imap_off",
    "password_expired",
    "password_not_taken",
    "oauth_only",
)
FIELD_OF: Final = {
    **dict.fromkeys(_HOST, "{}_host"),
    **dict.fromkeys(_PORT, "{}_port"),
    **dict.fromkeys(_SECURITY, "{}_security"),
    **dict.fromkeys(_PASSWORD, "password"),
}
# What mends itself while mail is synced does not while somebody waits for a test.
_BY_ITSELF: Final = "Nothing to do"
_AGAIN: Final = {
    "too_many_connections": "Close other mail programs, then try again.",
    "day_traffic_used": "Try again tomorrow.",
}
_REFUSED: Final = "[AUTHENTICATIONFAILED]"


def failure_of(error: NetError, side: Side, step: Step, kind: str, provider: str) -> Failure:
    """What `error` means at this step; `kind` is imap, pop or smtp, `provider` an id or nothing."""
    hint = hint_for(error, side, step, provider)
    slug, cause, fix = (
        (hint.slug, hint.cause, hint.fix) if hint else ((error.kind, error.cause, error.fix))
    )
    if hint.tries_again if hint else fix.startswith(_BY_ITSELF):
        fix = _AGAIN.get(slug, "Wait a few minutes, then try again.")
    return compose_failure(slug, cause, fix, side, kind, error.words)


def hint_for(error: NetError, side: Side, step: Step, provider: str) -> Hint | None:
    """What the server's words mean at this service; a refusal without any is a plain refusal."""
    phase = _PHASES.get(step)
    if phase is Phase.SIGN_IN and side == "outgoing":
        phase = Phase.SMTP_SIGN_IN
    if phase is None or error.kind == "greeting_unfinished":
        return None
    hint = find_hint(provider, phase, error.said, error.host) if error.words else None
    if hint is None and error.kind == "sign_in_refused":
        return find_hint(provider, phase, _REFUSED, error.host)
    return hint


def compose_failure(
    slug: str, cause: str, fix: str, side: Side, kind: str, words: str = ""
) -> Failure:
    """A failure with its sentence, and the field where it can be mended."""
    field = FIELD_OF.get(slug, "").format(kind)
    if side == "outgoing" and field == "password":
        field = "smtp_password"
    said = f" The server said: “{words}”" if words else ""
    return Failure(slug, f"{cause} {fix}{said}", cause, fix, field)


_OTHER_PORTS: Final = (
    ("imap", (465, 587, 25), "port_is_for_sending", "sending", "IMAP, usually 993"),
    ("imap", (995, 110), "port_is_for_pop", "POP", "IMAP, usually 993, or choose POP"),
    ("pop", (465, 587, 25), "port_is_for_sending", "sending", "POP, usually 995"),
    ("pop", (993, 143), "port_is_for_imap", "IMAP", "POP, usually 995, or choose IMAP"),
    ("smtp", (993, 143, 995, 110), "port_is_for_reading", "reading", "sending, usually 465"),
)


def wrong_port(server: ServerAddress, side: Side, kind: str) -> Failure | None:
    """A port of mail that is for something else: no server need be asked."""
    for spoken, ports, slug, purpose, right in _OTHER_PORTS:
        if spoken == kind and server.port in ports:
            cause = f"Port {server.port} is for {purpose}."
            return compose_failure(slug, cause, f"Use the one for {right}.", side, kind)
    return None
