"""Which server to speak to, how, and which networks may be spoken to at all."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAIL_PORTS: Final = frozenset((993, 143, 995, 110, 465, 587, 25))
WEB_PORTS: Final = frozenset((443, 80))

_CLOUD_METADATA: Final = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "192.0.0.192", "fd00:ec2::254")
)
# All that was ever given out (RFC 4291 §2.4); the rest carries or hides other networks.
_INTERNET: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Security(Enum):
    """How a connection is protected."""

    TLS = "tls"
    """From the first octet."""

    STARTTLS = "starttls"
    """Before anything but the greeting is believed; refused when the server will not."""

    NONE = "none"
    """Not at all; only to a network that is allowed by name."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as its user named it."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class NameServer:
    """A DNS server, by its address."""

    address: str
    port: int = 53


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """What may be dialled: the public internet on mail's ports, and what is named here.

    Names are looked up as this machine does it, or at `name_server`.
    """

    networks: tuple[Network, ...] = ()
    extra_ports: frozenset[int] = frozenset()
    name_server: NameServer | None = None

    @classmethod
    def parse(cls, networks: str, ports: str) -> Self:
        """Read lists parted by commas or blanks. Raises ValueError for what is neither."""
        return cls(
            tuple(ipaddress.ip_network(word) for word in _words(networks)),
            frozenset(int(word) for word in _words(ports)),
        )

    def allows_port(self, port: int) -> bool:
        """Whether mail may be sought at this port."""
        return port in MAIL_PORTS or port in self.extra_ports

    def for_web(self, port: int) -> "AllowedNetworks":
        """What a web server that any user names may be: public, or inside at a usual port.

        Networks are allowed for their mail servers, and not for all else that listens there.
        """
        is_usual = port in WEB_PORTS or port in self.extra_ports
        return AllowedNetworks(self.networks if is_usual else (), frozenset((port,)))

    def names(self, address: Address) -> bool:
        """Whether one of the named networks holds `address`."""
        return any(inner in network for inner in _embedded(address) for network in self.networks)

    def allows(self, address: Address) -> bool:
        """Whether `address`, and any address inside it, may be dialled.

        The addresses where clouds keep their credentials are never mail servers.
        """
        inner = _embedded(address)
        if not _CLOUD_METADATA.isdisjoint(inner):
            return False
        return self.names(address) or all(_is_public(one) for one in inner)


def _words(text: str) -> Iterable[str]:
    return text.replace(",", " ").split()


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _INTERNET:
        # These two are looked into; their inner address decides.
        return address.ipv4_mapped is not None or address in _NAT64
    return address.is_global and not address.is_multicast


def _embedded(address: Address) -> list[Address]:
    """Return `address` and the IPv4 addresses that mapping, NAT64, 6to4 and Teredo hide in it."""
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        found += [a for a in (address.ipv4_mapped, address.sixtofour) if a is not None]
        found += list(address.teredo or ())
        if address in _NAT64:
            found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found
