"""What rules do beyond marks and moves: put labels on, assign, tell webhooks; each once."""

import json
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from cast import NOON, user
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Action, ActionKind, Label, Labelling
from postroom.archive.teamwork import assigned_to
from postroom.association.steps import Step
from postroom.engine.ruling import rules_met
from postroom.rules.models import Rule, RuleRun, Trigger
from postroom.rules.writing import RuleUnusable, WrittenRule, write_rule
from postroom.webhooks.gathering import gather_all
from postroom.webhooks.keeping import make_webhook
from postroom.webhooks.models import Delivery, Event, Webhook
from postroom.webhooks.posting import claim, due_deliveries, post
from rules.test_meeting import SOON, letter, mailbox, rule
from webhooks.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db

__all__ = ["mailbox"]
LABEL = Step(kind="label", text="Trade fair")
WEBHOOK = Step(kind="webhook", text="")


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def hook(mailbox: EmailAccount, url: str, *events: Event) -> Webhook:
    return make_webhook(mailbox.owner, url, events, NOON).webhook


def test_a_rule_puts_a_label_on_what_it_meets(mailbox: EmailAccount) -> None:
    rule(mailbox, LABEL)
    letters = {letter(mailbox, subject).pk for subject in ("one", "two")}
    for _ in range(2):
        rules_met(SOON)
    assert set(Labelling.objects.values_list("email", flat=True)) == letters
    assert Label.objects.get().name == "Trade fair"
    assert list(Action.objects.values_list("kind", flat=True)) == [ActionKind.LABEL] * 2
    assert set(RuleRun.objects.values_list("words", flat=True)) == {"labelled “Trade fair”"}


def test_where_there_is_no_room_for_the_label_the_rest_is_done(
    mailbox: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.archive.labels.MOST_LABELS", 0)
    rule(mailbox, LABEL, Step(kind="flag", text=""))
    met = letter(mailbox)
    rules_met(SOON)
    met.refresh_from_db()
    assert met.is_flagged
    assert RuleRun.objects.get().words.startswith("not labelled: ")


def test_a_rule_tells_its_owners_webhooks_once(mailbox: EmailAccount, program: Receiver) -> None:
    hearing = hook(mailbox, program.url, Event.RULE_MET)
    hook(mailbox, program.url, Event.SENT)
    make_webhook(user("Bob"), program.url, [Event.RULE_MET], NOON)
    first, second = rule(mailbox, WEBHOOK), rule(mailbox, WEBHOOK)
    met = letter(mailbox, "canary-subject")
    for _ in range(2):
        rules_met(SOON)
        gather_all(SOON)
    laid = Delivery.objects.order_by("rule").values_list("webhook", "event", "email", "rule")
    assert list(laid) == [(hearing.pk, "rule.met", met.pk, pk) for pk in (first.pk, second.pk)]
    assert set(RuleRun.objects.values_list("words", flat=True)) == {"told 1 webhook"}
    for pk, _ in due_deliveries(SOON):
        request = claim(pk, SOON)
        assert request is not None
        assert async_to_sync(post)(request).is_taken
    told = [json.loads(body) for _, body in program.heard]
    assert {one["data"]["rule"] for one in told} == {first.pk, second.pk}
    assert {(one["type"], one["data"]["email"]) for one in told} == {("rule.met", met.pk)}
    assert not any(b"canary" in body for _, body in program.heard)


def test_a_webhook_that_hears_of_rules_alone_is_told_nothing_by_itself(
    mailbox: EmailAccount,
) -> None:
    hook(mailbox, "https://example.com/x", Event.RULE_MET)
    letter(mailbox)
    assert gather_all(SOON) == 0
    assert not Delivery.objects.exists()


def test_a_rule_assigns_what_is_nobodys_to_a_member_of_the_team(mailbox: EmailAccount) -> None:
    alice, bob = mailbox.owner, user("Bob")
    user("Charlie")
    add_member(mailbox, bob, alice, NOON)
    for name in ("BOB", "charlie@example.com", "Alice"):
        rule(mailbox, Step(kind="assign", text=name))
    met = letter(mailbox)
    for _ in range(2):
        rules_met(SOON)
    assert assigned_to(met) == bob
    said = list(RuleRun.objects.order_by("rule").values_list("words", flat=True))
    assert said[0] == "assigned to Bob"
    assert said[1:] == ["not assigned: it is Bob’s already"] * 2
    assert list(met.team_entries.values_list("kind", "by", "to")) == [
        ("assigned", alice.pk, bob.pk)
    ]


def test_in_a_mailbox_without_a_team_nothing_is_assigned_and_it_is_said(
    mailbox: EmailAccount,
) -> None:
    user("Bob")
    rule(mailbox, Step(kind="assign", text="bob@example.com"))
    met = letter(mailbox)
    rules_met(SOON)
    assert assigned_to(met) is None
    assert "Only conversations of a team mailbox are assigned" in RuleRun.objects.get().words


def test_a_deed_that_could_not_be_done_is_refused(mailbox: EmailAccount) -> None:
    vain = [
        ("webhook", ""),
        ("label", "x" * 41),
        ("label", ""),
        ("assign", "Nobody"),
        ("assign", ""),
    ]
    for deed in (Step(kind=kind, text=text) for kind, text in vain):
        written = WrittenRule("r", Trigger.RECEIVED, [], [deed])
        with pytest.raises(RuleUnusable):
            write_rule(mailbox.owner, written, NOON)
    assert not Rule.objects.exists()
    hook(mailbox, "https://example.com/x", Event.RULE_MET)
    rule(mailbox, WEBHOOK)
    Webhook.objects.all().delete()
    letter(mailbox)
    rules_met(SOON)
    assert RuleRun.objects.get().words.startswith("no program was told")


def test_both_are_written_in_the_form(mailbox: EmailAccount, client: Client) -> None:
    client.force_login(mailbox.owner)
    hook(mailbox, "https://example.com/x", Event.RULE_MET)
    form = {
        "name": "Fair",
        "trigger": "received",
        "needs_all": "all",
        "is_on": "on",
        "conditions-0-kind": "lead",
        "deeds-0-kind": "label",
        "deeds-0-text": "Trade fair",
        "deeds-1-kind": "webhook",
    }
    assert client.post("/rules/new/", form).status_code == 302
    page = client.get("/rules/").content.decode()
    assert "put the label on it “Trade fair”, tell my webhooks" in page
