"""From what went wrong on the wire to what a person is told, and where it can be mended."""

from typing import Final

from postroom.net.errors import NetError
from postroom.setup.steps import Failure, Side

# Where to mend it; `{}` is imap, pop or smtp.
FIELD_OF: Final = {
    "host_unknown": "{}_host",
    "address_not_allowed": "{}_host",
    "certificate_mismatch": "{}_host",
    "certificate_untrusted": "{}_host",
    "host_unreachable": "{}_host",
    "connect_timed_out": "{}_host",
    "port_not_allowed": "{}_port",
    "port_refused": "{}_port",
    "closed_at_once": "{}_port",
    "not_an_imap_server": "{}_port",
    "not_a_pop3_server": "{}_port",
    "not_an_smtp_server": "{}_port",
    "silent": "{}_port",
    "plaintext_not_allowed": "{}_security",
    "tls_failed": "{}_security",
    "tls_not_offered": "{}_security",
    "tls_at_this_port": "{}_security",
    "sign_in_refused": "password",
    "sign_in_not_offered": "password",
}


def failure_of(error: NetError, side: Side, protocol: str) -> Failure:
    """What `error` means at this side of the mailbox."""
    cause, _, fix = error.sentence.partition(". ")
    kind = protocol if side == "incoming" else "smtp"
    field = FIELD_OF.get(error.kind, "").format(kind)
    if side == "outgoing" and field == "password":
        field = "smtp_password"
    return Failure(error.kind, error.sentence, f"{cause}.", fix, field)
