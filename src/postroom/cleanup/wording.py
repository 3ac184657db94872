"""The policy in words: what it asks, and why a mailbox is its case."""

from datetime import date

from postroom.cleanup.policy import Condition, Facts, Policy, day_of, since

ASKED = {
    Condition.UNOPENED: "no email of the mailbox was opened",
    Condition.INACTIVE: "its user was not active",
    Condition.UNSENT: "no email was sent from it",
    Condition.GONE: "its user’s access has been over",
}
FOUND = {
    Condition.UNOPENED: "No email of this mailbox was opened",
    Condition.INACTIVE: "Its user was not active",
    Condition.UNSENT: "No email was sent from it",
    Condition.GONE: "Its user’s access has been over",
}


def months_in_words(months: int) -> str:
    """A number of months."""
    return "a month" if months == 1 else f"{months} months"


def policy_in_words(policy: Policy) -> str:
    """The whole of it in a sentence without an end."""
    if not policy.months:
        return "Never"
    joined = " and " if policy.takes_all else ", or "
    parts = (
        f"{ASKED[which]} for more than {months_in_words(months)}"
        for which, months in policy.months.items()
    )
    asked = joined.join(parts)
    return (
        f"If {asked}, it is deactivated after warnings, and deleted {policy.days_hidden} days later"
    )


def reason_of(policy: Policy, facts: Facts, today: date) -> str:
    """Why the conditions are met today."""
    met = [
        f"{FOUND[which]} for more than {months_in_words(months)}."
        for which, months in policy.months.items()
        if (day := day_of(since(facts, which), months)) and day <= today
    ]
    return " ".join(met)
