"""A mail service as the catalogue knows it: its servers, how to sign in, what to look out for.

Plain values, read from `catalogue/<id>.json` by `loading`. Nothing here is a secret: OAuth client
ids belong to whoever runs Postroom.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Self

from postroom.providers.names import domain_of, matches_domain

Security = Literal["tls", "starttls"]
Kind = Literal["personal", "business", "both"]


class UserName(StrEnum):
    """What a server wants as the user name."""

    ADDRESS = "address"
    LOCAL_PART = "local_part"


class Method(StrEnum):
    """A way to prove who one is."""

    PASSWORD = "password"  # noqa: S105
    APP_PASSWORD = "app_password"  # noqa: S105
    OAUTH2 = "oauth2"


class AppPasswordNeed(StrEnum):
    """When an app password takes the place of the usual one."""

    NONE = "none"
    IF_2FA = "if_2fa"
    """With two-step sign-in, or where the owner or an administrator asks for it."""

    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """One server of a service. `host` is empty where only the site itself knows it (Zimbra)."""

    host: str
    port: int
    security: Security
    label: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one may sign in, best first. No method means: no mail program is let in at all."""

    methods: tuple[Method, ...]
    app_password: AppPasswordNeed = AppPasswordNeed.NONE
    oauth_issuer: str = ""


@dataclass(frozen=True, slots=True)
class AppPassword:
    """Where to make an app password, and how. `url` is empty where each site has its own."""

    page: str
    url: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at the service, and the page where it is done or explained."""

    step: str
    url: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service is known to allow; None where nobody published it."""

    connections: int | None = None
    imap_download_mb_a_day: int | None = None
    imap_upload_mb_a_day: int | None = None
    pop_download_mb_a_day: int | None = None
    append_bytes: int | None = None
    idle_seconds: int | None = None
    messages_a_folder: int | None = None
    folders: int | None = None
    messages_a_minute: int | None = None
    recipients_a_day: int | None = None
    recipients_a_message: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A data centre, country or product of a service that has servers of its own."""

    label: str
    domains: tuple[str, ...] = ()
    mx_suffixes: tuple[str, ...] = ()
    imap: tuple[ServerChoice, ...] = ()
    pop: tuple[ServerChoice, ...] = ()
    smtp: tuple[ServerChoice, ...] = ()
    app_password_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A mail service. Servers are listed best first; `variant` names which of its variants this is.

    `domains` and `mx_suffixes` do not repeat those of `variants`. `popular` is the place among the
    Popular Email Services, 0 for the others. `quirks` are keys of `QUIRKS`.
    """

    id: str
    name: str
    kind: Kind
    domains: tuple[str, ...]
    mx_suffixes: tuple[str, ...]
    imap: tuple[ServerChoice, ...]
    pop: tuple[ServerChoice, ...]
    smtp: tuple[ServerChoice, ...]
    user_name: UserName
    sign_in: SignIn
    smtp_keeps_sent_copy: bool | None
    outgoing_user_name: UserName | None = None
    popular: int = 0
    offered: bool = True
    other_names: tuple[str, ...] = ()
    app_password: AppPassword | None = None
    enable_imap: Step | None = None
    create_account: str = ""
    limits: Limits = Limits()
    quirks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    variant: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def is_popular(self) -> bool:
        """Whether it has a tile among the Popular Email Services."""
        return self.popular > 0

    def sign_in_name(self, address: str, *, outgoing: bool = False) -> str:
        """Return the user name that the server wants for `address`.

        A local part names a mailbox only below the service's own domains; elsewhere it is the
        whole address (Seen: iCloud with a domain of one's own).
        """
        rule = (outgoing and self.outgoing_user_name) or self.user_name
        if rule is UserName.LOCAL_PART and self.owns(domain_of(address)):
            return address.rpartition("@")[0]
        return address

    def owns(self, domain: str) -> bool:
        """Whether addresses at `domain` are this service's own."""
        variants = [name for variant in self.variants for name in variant.domains]
        return any(matches_domain(domain, name) for name in (*self.domains, *variants))

    def for_address(self, address: str) -> Self:
        """Return the service with the servers of the data centre that `address` lies in."""
        domain = domain_of(address)
        for variant in self.variants:
            if any(matches_domain(domain, name) for name in variant.domains):
                return self.as_variant(variant)
        return self

    def as_variant(self, variant: Variant) -> Self:
        """Return the service with `variant`'s servers in place of its own where it has any."""
        page = self.app_password
        if page and variant.app_password_url:
            page = replace(page, url=variant.app_password_url)
        return replace(
            self,
            variant=variant.label,
            imap=variant.imap or self.imap,
            pop=variant.pop or self.pop,
            smtp=variant.smtp or self.smtp,
            app_password=page,
        )
