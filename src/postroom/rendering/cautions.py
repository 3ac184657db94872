"""What about an email should make its reader look twice, as far as its bytes tell."""

import re
from dataclasses import dataclass
from typing import Final

from postroom.mime import Address, Authentication
from postroom.rendering.links import Link, misleading_links, mixed_links
from postroom.rendering.scripts import is_mixed_domain, is_mixed_name, shown_domain

ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:]{1,64}@(?:[^\s<>\"'(),;:@.]{1,63}\.)+[^\W\d_]{2,24}")


@dataclass(frozen=True, slots=True)
class Cautions:
    """What is odd about the sender and the links; all empty for ordinary mail.

    `named`: another address in the sender's display name. `mixed`: names and domains in two
    scripts. `failed`: the methods by which the receiving server found the sender false, and
    `server`, who said so.
    """

    named: str = ""
    mixed: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    failed: tuple[str, ...] = ()
    server: str = ""

    def __bool__(self) -> bool:
        return bool(self.named or self.mixed or self.links or self.failed)


NO_CAUTIONS: Final = Cautions()


def cautions_about(
    senders: tuple[Address, ...], html: str | None, found: Authentication | None
) -> Cautions:
    """Look at who wrote, where the links lead, and what the receiving server found out."""
    failed = found.failed if found else ()
    return Cautions(
        next(filter(None, map(other_address_in, senders)), ""),
        tuple(dict.fromkeys([*mixed_in(senders), *mixed_links(html or "")])),
        misleading_links(html or ""),
        failed,
        found.server if found and failed else "",
    )


def other_address_in(sender: Address) -> str:
    """The address that a display name poses as, when the email is from another one."""
    for named in ADDRESS.findall(sender.name[:500]):
        if named.lower() != sender.address.lower() and named.lower() != sender.canonical:
            return str(named)
    return ""


def mixed_in(senders: tuple[Address, ...]) -> list[str]:
    """Names and domains of the senders that are written in two scripts."""
    names = [each.name for each in senders if is_mixed_name(each.name)]
    domains = [each.address.rpartition("@")[2] for each in senders]
    return names + [shown_domain(each) for each in domains if is_mixed_domain(each)]
