"""What a decision of an owner is about: one email, or the whole conversation it stands in.

By content and not by row, as everything that must outlive a reconnection.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from postroom.accounts.models import EmailAccount


@dataclass(frozen=True, slots=True)
class Matter:
    """One email when `identity` is there, else the conversation of `thread_root`."""

    account: EmailAccount
    identity: bytes | None = None
    thread_root: str = ""

    @property
    def is_thread(self) -> bool:
        """Whether it is a whole conversation."""
        return self.identity is None

    @property
    def key(self) -> dict[str, Any]:
        """What the row of a decision about it is found and made by."""
        return {
            "account": self.account,
            "identity": self.identity,
            "thread_root": self.thread_root,
        }

    @property
    def exactly(self) -> Q:
        """Match the decisions about this and no other."""
        at = Q(account=self.account, thread_root=self.thread_root)
        return at & (Q(identity=None) if self.is_thread else Q(identity=self.identity))

    @property
    def within(self) -> Q:
        """Match the decisions about it and, of a conversation, about each of its emails."""
        if not self.is_thread:
            return self.exactly
        return self.exactly | Q(account=self.account, identity__in=self.identities)

    @property
    def identities(self) -> list[bytes]:
        """The emails it is about."""
        if self.identity is not None:
            return [self.identity]
        found = self.account.emails.filter(thread_root=self.thread_root)
        return [bytes(identity) for identity in found.values_list("identity", flat=True)]

    def __str__(self) -> str:
        """Tell of it in the audit log: when and where, never what about."""
        emails = self.account.emails.filter(identity__in=self.identities)
        first = emails.order_by("sent_at").values_list("sent_at", flat=True).first()
        kind = "a conversation" if self.is_thread else "an email"
        return (
            f"{kind} of {first:%-d %B %Y} in {self.account}"
            if first
            else f"{kind} in {self.account}"
        )


def lock(account: EmailAccount) -> None:
    """Decide one after the other about an account; its mail may come in meanwhile."""
    EmailAccount.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
