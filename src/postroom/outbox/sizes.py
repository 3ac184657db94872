"""How much an email may weigh: what its outgoing server said it takes (RFC 1870), told early."""

from postroom.accounts.models import EmailAccount
from postroom.net.smtp_client import size_told

MOST_OCTETS = 18 * 1024 * 1024  # In base64 a third more: what nearly every server takes.
BESIDE = 256 * 1024  # Header, text, boundaries.


def most_octets(account: EmailAccount | None) -> int:
    """What the files of an email may have together; base64 makes 78 octets of 57."""
    told = account.smtp_size if account else None
    return min(MOST_OCTETS, max((told - BESIDE) * 57 // 78, 0)) if told else MOST_OCTETS


def too_much(account: EmailAccount | None) -> str:
    """Why the files are too much."""
    most = in_words(most_octets(account))
    if account and most_octets(account) < MOST_OCTETS:
        return f"The mail server of {account} takes files of {most} together."
    return f"Together the files may have {most}."


def in_words(octets: int) -> str:
    """A number of octets as people say it."""
    megabytes = octets / 1024 / 1024
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"


def remember_size(account: EmailAccount | None, extensions: dict[str, str]) -> None:
    """What the server says of itself, from the connection test on."""
    size = size_told(extensions)
    if account and extensions and account.smtp_size != size:
        EmailAccount.objects.filter(pk=account.pk).update(smtp_size=size)
