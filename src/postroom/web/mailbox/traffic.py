"""A mailbox's traffic of today beside what it may be, and the form to change that."""

from dataclasses import dataclass
from datetime import datetime

from django import forms

from postroom.accounts.models import EmailAccount
from postroom.accounts.traffic import MEGABYTE, allowed_octets, used_octets

MOST_MEGABYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Octets used today and allowed a day; `allowed` is None without a limit."""

    used: int
    allowed: int | None

    @property
    def is_used_up(self) -> bool:
        """Whether existing mail waits for another day."""
        return self.allowed is not None and self.used >= self.allowed

    @property
    def used_megabytes(self) -> float:
        """As the limit is entered."""
        return self.used / MEGABYTE

    @property
    def allowed_megabytes(self) -> float:
        """As the limit is entered; 0 without one."""
        return (self.allowed or 0) / MEGABYTE


def traffic_of(account: EmailAccount, now: datetime) -> Traffic:
    """The account's traffic of today."""
    return Traffic(used_octets(account, now.date()), allowed_octets(account))


class BudgetForm(forms.Form):
    """How much of its existing mail a mailbox may bring in a day."""

    megabytes = forms.IntegerField(
        label="Existing mail, at most a day (MB)",
        min_value=1,
        max_value=MOST_MEGABYTES,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="Empty: as the organisation or the mail service allows. New mail never waits.",
    )

    @classmethod
    def of(cls, account: EmailAccount) -> "BudgetForm":
        """The form as it stands for an account."""
        own = account.octets_a_day
        return cls(initial={"megabytes": own // MEGABYTE if own else None})

    @property
    def octets(self) -> int | None:
        """What was entered."""
        megabytes = self.cleaned_data["megabytes"]
        return megabytes * MEGABYTE if megabytes else None
