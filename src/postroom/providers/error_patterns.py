"""What servers say when they refuse, in order: the first row that fits is the meaning.

Texts stand before codes. Gmail and Zoho put ALERT on everything, Mail.ru answers
AUTHENTICATIONFAILED where it wants an app password, Exchange gives no code at all.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple


class Phase(StrEnum):
    """What was being done when the server answered."""

    GREETING = "greeting"
    SIGN_IN = "sign_in"
    """To read, by IMAP or POP3."""

    FOLDERS = "folders"
    """Listing, opening and reading folders, and waiting for mail."""

    APPEND = "append"
    SMTP_SIGN_IN = "smtp_sign_in"
    SENDING = "sending"
    TOKEN = "token"  # noqa: S105
    """An OAuth server's answer."""


class Pattern(NamedTuple):
    """A row: the slug, the words, and, where they mean it only there, when and at whom."""

    slug: str
    words: re.Pattern[str]
    phases: frozenset[str]
    providers: frozenset[str]


_ANY: Final[frozenset[str]] = frozenset()
_GREETING: Final = frozenset({Phase.GREETING})
_SIGN_IN: Final = frozenset({Phase.SIGN_IN, Phase.SMTP_SIGN_IN})
_READING: Final = frozenset({Phase.SIGN_IN, Phase.FOLDERS})
_APPEND: Final = frozenset({Phase.APPEND})
_SENDING: Final = frozenset({Phase.SENDING})
_TOKEN: Final = frozenset({Phase.TOKEN})
_MICROSOFT: Final = frozenset({"outlook_com", "microsoft365"})
_YAHOO: Final = frozenset({"yahoo", "aol", "att"})
_ROWS: Final[tuple[tuple[str, str, frozenset[str], frozenset[str]], ...]] = (
    # Something else answers at this port.
    ("pop3_at_this_port", r"^\+OK", _GREETING, _ANY),
    ("imap_at_this_port", r"^\* (OK|PREAUTH)\b", _GREETING, _ANY),
    ("smtp_at_this_port", r"^220[ -]", _GREETING, _ANY),
    ("other_server_at_this_port", r"^HTTP/|^<!doctype|^<html|^SSH-", _GREETING, _ANY),
    # The OAuth server. Microsoft's numbers say more than the OAuth code beside them.
    ("admin_consent_needed", r"AADSTS(90094|90008)|admin consent|admin_policy", _TOKEN, _ANY),
    ("consent_missing", r"AADSTS65001|consent_required", _TOKEN, _ANY),
    ("client_secret_expired", r"AADSTS7000222", _TOKEN, _ANY),
    ("client_unknown", r"AADSTS(7000215|700016)|invalid_client|unauthorized_client", _TOKEN, _ANY),
    ("redirect_not_registered", r"AADSTS50011|redirect_uri_mismatch", _TOKEN, _ANY),
    ("scope_refused", r"AADSTS70011|invalid_scope", _TOKEN, _ANY),
    ("consent_refused", r"AADSTS65004|access_denied", _TOKEN, _ANY),
    ("grant_ended", r"AADSTS(50173|700082|50076|50079|70008)|invalid_grant", _TOKEN, _ANY),
    ("temporary", r"temporarily_unavailable|server_error|AADSTS90033", _TOKEN, _ANY),
    # A password, but not this kind of password. Seen: Gmail, Mail.ru, QQ, Exmail.
    ("app_password_needed", r"application-specific password|InvalidSecondFactor", _ANY, _ANY),
    ("app_password_needed", r"parol prilozheniya|application password is required", _ANY, _ANY),
    ("app_password_needed", r"(using|enter your) authoriz(ed|ation) code|请使用授权码", _ANY, _ANY),
    ("app_password_needed", r"weixin token", _ANY, _ANY),
    ("app_password_needed", r"#?AUTH005|too many bad auth attempts", _SIGN_IN, _YAHOO),
    ("app_password_wrong", r"authorized code is incorrect", _ANY, _ANY),
    ("oauth_only", r"basic authentication is (disabled|not supported)|5\.7\.30\b", _ANY, _ANY),
    ("smtp_auth_off", r"SmtpClientAuthentication is disabled|smtp_auth_disabled", _ANY, _ANY),
    ("smtp_auth_off", r"does not have access rights to this service", _ANY, _ANY),
    # Switched off. Seen: Gmail, Zoho.
    ("imap_off_by_administrator", r"IMAP access is disabled for your domain", _ANY, _ANY),
    ("imap_not_allowed", r"IMAP access is not allowed", _ANY, _ANY),
    ("imap_off", r"yet to enable IMAP|not enabled for IMAP|IMAP access is disabled", _ANY, _ANY),
    ("pop_off", r"yet to enable POP|not enabled for POP|POP access is (disabled|not)", _ANY, _ANY),
    ("refused_or_imap_off", r"invalid credentials or IMAP is disabled", _ANY, _ANY),
    ("refused_or_imap_off", r"service is not open, password is incorrect", _ANY, _ANY),
    ("refused_or_imap_off", r"LOGIN Login error password error", _ANY, _ANY),
    # The account itself.
    ("web_sign_in_needed", r"WEBALERT|web login required|via (your|a) web browser", _ANY, _ANY),
    # Before the codes that stand beside it. Seen: Dovecot's [LIMIT] and [UNAVAILABLE].
    ("too_many_connections", r"too many (simultaneous |concurrent )?connections", _ANY, _ANY),
    ("too_many_connections", r"maximum number of connections|connections limit", _ANY, _ANY),
    ("rate_limited", r"rate limit hit|login frequency limited|\[LIMIT\]", _SIGN_IN, _ANY),
    ("rate_limited", r"too many (failed|bad|invalid) (log|auth|sign|password)", _SIGN_IN, _ANY),
    (
        "account_locked",
        r"account[^.]{0,40}\b(locked|blocked|suspended|disabled|deactivated)",
        _SIGN_IN,
        _ANY,
    ),
    ("password_expired", r"\[EXPIRED\]|password (has |is )?expired", _SIGN_IN, _ANY),
    ("client_id_missing", r"unsafe login", _READING, _ANY),
    ("mailbox_not_opened", r"authenticated but not connected", _ANY, _ANY),
    # Too much at once, today, or for this mailbox.
    ("throttled", r"request is throttled|suggested backoff time|slow down", _ANY, _ANY),
    ("day_traffic_used", r"bandwidth limits?", _ANY, _ANY),
    ("day_sending_used", r"\b5\.4\.5\b|(sending|message|recipient) (quota|limit)", _SENDING, _ANY),
    ("message_too_large", r"\[TOOBIG\]|maximum size of appendable|\b5\.3\.4\b", _ANY, _ANY),
    ("message_too_large", r"message (size|too) (exceeds|large|big)", _ANY, _ANY),
    ("mailbox_full", r"\[OVERQUOTA\]|mailbox is full|quota exceeded|\b5\.2\.2\b", _ANY, _ANY),
    ("throttled", r"\[(LIMIT|THROTTLED)\]", _ANY, _ANY),
    # A session that ends, a server that cannot: nobody's password is wrong.
    ("session_ended", r"session expired|Command Error\. 10", _ANY, _ANY),
    ("temporary", r"\[(UNAVAILABLE|INUSE|SERVERBUG|CONTACTADMIN)\]", _ANY, _ANY),
    ("temporary", r"temporary (authentication )?failure|temporarily unavailable", _ANY, _ANY),
    ("temporary", r"server unavailable|system error|try again later|^4\d\d ", _ANY, _ANY),
    ("temporary", r"(LIST|SELECT|EXAMINE|UID FETCH) failed\.?$", _ANY, _ANY),
    ("tls_required", r"\[PRIVACYREQUIRED\]|must issue a STARTTLS|plaintext auth", _ANY, _ANY),
    # One message or one folder.
    ("append_refused", r"\[CLIENTBUG\]|Command Argument Error|invalid header", _APPEND, _ANY),
    ("append_refused", r"NUL characters|name is reserved", _APPEND, _ANY),
    ("read_only", r"READ-ONLY$|read-only (mailbox|folder)|\[NOPERM\]", _ANY, _ANY),
    ("sender_not_allowed", r"(send as|not owned by|sender address) ?", _SENDING, _ANY),
    ("recipient_unknown", r"\b5\.1\.[123]\b|user unknown|no such user", _SENDING, _ANY),
    ("taken_for_spam", r"\bspam|\b5\.7\.[01]\b|blocked|blacklist", _SENDING, _ANY),
    # Refused, and that is all. Last, because most of the above carry these codes as well.
    ("token_refused", r"AUTHENTICATE failed|5\.7\.3\b", _SIGN_IN, _MICROSOFT),
    ("token_refused", r'"schemes": ?"bearer|invalid[_ ]token|expired[_ ]token', _SIGN_IN, _ANY),
    ("sign_in_refused", r"\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|AUTH)\]", _SIGN_IN, _ANY),
    ("sign_in_refused", r"(login|authenticat\w+|auth)( \w+)? (failed|failure)", _SIGN_IN, _ANY),
    ("sign_in_refused", r"(invalid|incorrect|wrong|bad) (user|login|cred|pass)", _SIGN_IN, _ANY),
    ("sign_in_refused", r"not accepted|credentials invalid|login parameters", _SIGN_IN, _ANY),
    ("sign_in_refused", r"^535|^-ERR.{0,200}(password|user name|auth)", _SIGN_IN, _ANY),
    ("disconnected", r"^\* BYE|^421 |connection closed", _ANY, _ANY),
)
PATTERNS: Final = tuple(
    Pattern(slug, re.compile(words, re.IGNORECASE), phases, providers)
    for slug, words, phases, providers in _ROWS
)
