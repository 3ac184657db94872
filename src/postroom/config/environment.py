"""Every setting Postroom reads from the environment: the class `Environment` is the table.

One place, so that a setting cannot exist without a default, a check and a sentence saying what it
is for; `docs/configuration.md` is held to this table by a test. Nothing else reads `os.environ`.
"""

from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar, cast
from urllib.parse import urlsplit

from postroom.config.parsers import (
    parse_bind,
    parse_count,
    parse_database_url,
    parse_hosts,
    parse_log_level,
    parse_name_server,
    parse_networks,
    parse_optional_path,
    parse_path,
    parse_path_or_none,
    parse_ports,
    parse_relay,
    parse_sender,
    parse_storage,
    parse_switch,
    parse_url,
)
from postroom.config.places import (
    DEFAULT_BIND,
    default_data_dir,
    default_erasures_file,
    default_secret_key_file,
    default_url,
)

T = TypeVar("T")
Default = Callable[[Mapping[str, str]], str]


class BadSetting(ValueError):
    """A variable has a value Postroom cannot use; the sentence names it. Exit status 2."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


class Setting(Generic[T]):
    """One variable: how its text is read, what holds when it is unset, what it is for.

    `default` is text like the variable's own, or a function of the environment; `shown` is what the
    documentation says of such a default. As an attribute of an `Environment` it is the value.
    """

    def __init__(
        self,
        name: str,
        parse: Callable[[str], T],
        default: str | Default,
        meaning: str,
        shown: str = "",
    ) -> None:
        self.name = name
        self.parse = parse
        self.default = default
        self.meaning = " ".join(meaning.split())
        self.shown = shown or f"`{default}`"

    def __get__(self, environment: "Environment", owner: type["Environment"]) -> T:
        return cast(T, environment.values[self.name])

    def value_from(self, environ: Mapping[str, str]) -> T:
        """Read the variable; set to nothing is the same as unset."""
        text = environ.get(self.name, "").strip()
        if not text:
            text = self.default if isinstance(self.default, str) else self.default(environ)
        try:
            return self.parse(text)
        except ValueError as reason:
            raise BadSetting(self.name, str(reason)) from None


class Environment:
    """What the environment says, checked whole when it is read; without a repr, for passwords."""

    data_dir = Setting(
        "POSTROOM_DATA_DIR",
        parse_path,
        default_data_dir,
        "The folder Postroom keeps everything in: the embedded database and the secret key.",
        "`/var/lib/postroom` as root, otherwise `$XDG_DATA_HOME/postroom` "
        "(`~/.local/share/postroom`)",
    )
    database_url = Setting(
        "DATABASE_URL",
        parse_database_url,
        "",
        """A PostgreSQL server of your own, `postgresql://user:password@host:port/name`. Unset:
        Postroom starts the embedded PostgreSQL in its data directory.""",
        "unset",
    )
    secret_key_file = Setting(
        "POSTROOM_SECRET_KEY_FILE",
        parse_path,
        default_secret_key_file,
        """The file with the keys that seal mail passwords, newest first; made when absent. Keep a
        copy apart from the database: without it, stored passwords cannot be read.""",
        "`secret.key` in the data directory",
    )
    erasures_file = Setting(
        "POSTROOM_ERASURES_FILE",
        parse_path_or_none,
        default_erasures_file,
        """The register of erasures: digests, from which no address can be read. Keep a copy apart
        from the database: after a restore, what it names is erased again. `none`: it is not
        kept.""",
        "`erasures` in the data directory",
    )
    bind = Setting(
        "POSTROOM_BIND",
        parse_bind,
        DEFAULT_BIND,
        "The address and port the web server listens on.",
    )
    url = Setting(
        "POSTROOM_URL",
        parse_url,
        default_url,
        """The address people type, used in links and sign-in mail; `https://` makes cookies
        secure, and has browsers stay with it for a year.""",
        "`http://` and POSTROOM_BIND",
    )
    hosts = Setting(
        "POSTROOM_HOSTS",
        parse_hosts,
        "localhost, 127.0.0.1, [::1]",
        """Host names the web server answers to, with commas between them; the host of POSTROOM_URL
        always belongs to them.""",
    )
    smtp_url = Setting(
        "POSTROOM_SMTP_URL",
        parse_relay,
        "",
        """The SMTP server by which Postroom writes to its own people (the confirmation that
        existing mail is in, a mailbox that needs its owner): `smtps://user:password@host:465`,
        `smtp://user:password@host:587` for STARTTLS, `smtp+plain://host:25` without encryption.
        Unset: by the outgoing server of the recipient's own mailbox. Invitations and links
        to a new password go by it alone. Codes for From addresses go by it alone, but for those of
        administrators: who sends a code can read it.""",
        "unset",
    )
    mail_from = Setting(
        "POSTROOM_MAIL_FROM",
        parse_sender,
        "",
        "The address such mail comes from when it goes by POSTROOM_SMTP_URL.",
        "the user of POSTROOM_SMTP_URL if that is an address, otherwise `postroom@` and the host "
        "of POSTROOM_URL",
    )
    allowed_mail_networks = Setting(
        "POSTROOM_ALLOWED_MAIL_NETWORKS",
        parse_networks,
        "",
        """Private, loopback or link-local networks in which mail servers may be reached, such as
        `10.0.0.0/8, fd00::/8`. All others of that kind are refused.""",
        "none",
    )
    allowed_mail_ports = Setting(
        "POSTROOM_ALLOWED_MAIL_PORTS",
        parse_ports,
        "",
        """Ports and ranges of ports (`2000-2010`) of mail servers allowed beside 993, 143, 995,
        110, 465, 587 and 25.""",
        "none",
    )
    name_server = Setting(
        "POSTROOM_NAME_SERVER",
        parse_name_server,
        "",
        """The DNS server, `192.0.2.53` or `192.0.2.53:5353`, that is asked for mail servers and
        what a domain publishes of them. Unset: as this machine looks names up.""",
        "unset",
    )
    raw_storage = Setting(
        "POSTROOM_RAW_STORAGE",
        parse_storage,
        "",
        """Where the bytes of messages lie, if not in the database: the path of a Django storage
        class and its options, such as
        `django.core.files.storage.FileSystemStorage?location=/srv/raw` or
        `storages.backends.s3.S3Storage?bucket_name=raw`. It can be set at any time: what is there
        already stays where it is.""",
        "in the database",
    )
    engine_accounts = Setting(
        "POSTROOM_ENGINE_ACCOUNTS",
        parse_count,
        "500",
        "How many email accounts one engine process keeps in sync at a time.",
    )
    api_requests = Setting(
        "POSTROOM_API_REQUESTS",
        parse_count,
        "600",
        """How many requests a minute one API key may make; who makes more is told how long to
        wait.""",
    )
    page_seconds = Setting(
        "POSTROOM_PAGE_SECONDS",
        parse_count,
        "20",
        """How many seconds one question of a page or of the API to the database may take; then the
        page says that it was too much. What changes something, and exports, take their time.""",
    )
    metrics_token_file = Setting(
        "POSTROOM_METRICS_TOKEN_FILE",
        parse_optional_path,
        "",
        """A file with the token that opens `/metrics` to a Prometheus elsewhere, as
        `Authorization: Bearer …`. Unset: it opens on this machine alone.""",
        "unset",
    )
    log_level = Setting(
        "POSTROOM_LOG_LEVEL",
        parse_log_level,
        "INFO",
        "The least severe lines that are logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.",
    )
    debug = Setting(
        "POSTROOM_DEBUG",
        parse_switch,
        "off",
        "Error pages show source and settings. For development only.",
    )

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.values: dict[str, object] = {
            setting.name: setting.value_from(environ) for setting in SETTINGS
        }

    @property
    def notice_sender(self) -> str:
        """The address from which Postroom writes by its relay."""
        user = self.smtp_url.user if self.smtp_url else ""
        return self.mail_from or (user if "@" in user else f"postroom@{_host_of(self.url)}")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The hosts the web server answers to."""
        own = _host_of(self.url)
        return self.hosts if own in self.hosts else (*self.hosts, own)


SETTINGS: Final[tuple[Setting[object], ...]] = tuple(
    setting for setting in vars(Environment).values() if isinstance(setting, Setting)
)


def read(environ: Mapping[str, str]) -> Environment:
    """Read every setting, or raise `BadSetting` for the first one that cannot be used."""
    return Environment(environ)


def _host_of(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host
