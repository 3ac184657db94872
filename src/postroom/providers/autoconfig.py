"""Reads Mozilla-style autoconfig files (draft-ietf-mailmaint-autoconfig) from anybody's server.

The file is hostile until read: its size is capped, and a DOCTYPE refuses it, so that no entity can
be declared, expanded or fetched. That is the whole of what defusedxml would add, in one method of
the tree builder, which is why it is not a dependency.
Unknown elements are passed over, as the draft demands; what is wrong in one server loses only that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from postroom.providers.found_servers import FoundServers, best_first
from postroom.providers.names import domain_of, parse_host
from postroom.providers.provider import Method, Security, ServerChoice

SIZE_MAX: Final = 256 * 1024
_TEXT_MAX: Final = 320
_ROOM_FOR_SERVERS: Final = 32

# `plain` is missing on purpose: such a server is not proposed.
_SECURITY: Final[dict[str, Security]] = {"ssl": "tls", "tls": "tls", "starttls": "starttls"}
_PROTOCOL: Final = {"imap": "imap", "pop3": "pop", "smtp": "smtp"}
# CRAM-MD5 and its kin are for those who have no TLS; over TLS the password itself is as safe.
_METHODS: Final = {
    "password-cleartext": Method.PASSWORD,
    "plain": Method.PASSWORD,
    "password-encrypted": Method.PASSWORD,
    "secure": Method.PASSWORD,
    "oauth2": Method.OAUTH2,
}

# Seen: the public database writes %EMAILADDRESS without its second percent sign.
_PLACEHOLDER: Final = re.compile(r"%(EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN)%?")
_UNUSABLE: Final = re.compile(r"[%\x00-\x1f\x7f-\x9f\u2028-\u202e]")


class AutoconfigUnreadable(Exception):
    """The file is too large, is no XML, has a DOCTYPE, or is about something else."""


def autoconfig_urls(domain: str) -> tuple[str, ...]:
    """Return where a domain publishes its file, in order; none if it is no domain.

    HTTPS only: over HTTP anyone on the way could name the server that gets the password. The
    address itself is not sent along.
    """
    host = parse_host(domain)
    if host is None:
        return ()
    return (
        f"https://autoconfig.{host}/mail/config-v1.1.xml",
        f"https://{host}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def parse_autoconfig(document: bytes, address: str) -> FoundServers:
    """Return the servers that a file proposes for `address`. Raises AutoconfigUnreadable."""
    provider = _root(document).find("emailProvider")
    if provider is None:
        raise AutoconfigUnreadable("there is no email provider in it")
    servers = list(_servers(provider, address))
    incoming = [each for each in servers if each.protocol == "imap"]
    incoming += [each for each in servers if each.protocol == "pop"]
    outgoing = [each for each in servers if each.protocol == "smtp"]
    return FoundServers(
        imap=best_first(each.choice for each in servers if each.protocol == "imap"),
        pop=best_first(each.choice for each in servers if each.protocol == "pop"),
        smtp=best_first(each.choice for each in servers if each.protocol == "smtp"),
        incoming_user_name=incoming[0].user_name if incoming else "",
        outgoing_user_name=outgoing[0].user_name if outgoing else "",
        methods=incoming[0].methods if incoming else (),
        name=_UNUSABLE.sub(" ", _text(provider, "displayName")),
    )


class _NoDoctype(ElementTree.TreeBuilder):
    """A tree of elements alone."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise AutoconfigUnreadable("it has a DOCTYPE")


def _root(document: bytes) -> ElementTree.Element:
    if len(document) > SIZE_MAX:
        raise AutoconfigUnreadable(f"it is larger than {SIZE_MAX} bytes")
    # A DOCTYPE, the way of every attack that S314 warns of, is refused by the target.
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314
    try:
        parser.feed(document)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        # The last two are for encodings that Python does not know, or expat cannot use.
        raise AutoconfigUnreadable("it is not XML") from error
    if root.tag != "clientConfig":
        raise AutoconfigUnreadable("it is not an autoconfig file")
    return root


@dataclass(frozen=True, slots=True)
class _Server:
    protocol: str
    choice: ServerChoice
    user_name: str
    methods: tuple[Method, ...]


def _servers(provider: ElementTree.Element, address: str) -> Iterator[_Server]:
    """Yield the servers that are encrypted, well named, and that we know how to sign in to."""
    elements = [*provider.findall("incomingServer"), *provider.findall("outgoingServer")]
    for element in elements[:_ROOM_FOR_SERVERS]:
        protocol = _PROTOCOL.get(element.get("type", "").lower())
        choice = _choice(element, address)
        methods = _methods(element)
        if protocol and choice and methods:
            yield _Server(protocol, choice, _user_name(element, address), methods)


def _choice(element: ElementTree.Element, address: str) -> ServerChoice | None:
    security = _SECURITY.get(_text(element, "socketType").lower())
    host = parse_host(_filled_in(_text(element, "hostname"), address))
    port = _text(element, "port")
    if security is None or host is None or not re.fullmatch("[0-9]{1,5}", port):
        return None
    return ServerChoice(host, int(port), security) if 0 < int(port) < 65536 else None


def _methods(element: ElementTree.Element) -> tuple[Method, ...]:
    named = [(each.text or "").strip().lower() for each in element.findall("authentication")]
    return tuple(dict.fromkeys(_METHODS[name] for name in named if name in _METHODS))


def _user_name(element: ElementTree.Element, address: str) -> str:
    """Return the user name; empty if it holds a placeholder that nobody knows."""
    name = _filled_in(_text(element, "username"), address)
    return "" if _UNUSABLE.search(name) else name


def _filled_in(text: str, address: str) -> str:
    values = {
        "EMAILADDRESS": address,
        "EMAILLOCALPART": address.rpartition("@")[0],
        "EMAILDOMAIN": domain_of(address),
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _text(element: ElementTree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()[:_TEXT_MAX]
