"""/metrics: true figures, for this machine and for whoever has the token, and never an address."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client.parser import text_string_to_metric_families

from api.callers import Caller, caller
from cast import NOON, account_of, folder_of, user
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.actions import ask_for
from postroom.archive.models import ActionKind, Email
from postroom.archive.proofs import Listing, prove
from postroom.archive.quarantine import quarantine
from postroom.crm.models import Person
from postroom.team.models import User

ELSEWHERE = "203.0.113.7"


def figures(client: Client) -> dict[str, float]:
    """Every figure by its name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.content.decode())
    return {
        s.name + "".join(f" {v}" for v in s.labels.values()): s.value
        for family in families
        for s in family.samples
    }


def test_the_figures_are_true(
    alice: User, letter: Email, account: EmailAccount, client: Client
) -> None:
    account_of(user("Paul"))
    EmailAccount.objects.filter(owner__name="Paul").update(activation=Activation.PAUSED)
    EmailAccount.objects.filter(pk=account.pk).update(last_complete_at=NOON)
    folder = folder_of(account)
    uid = letter.copies.get().uid
    quarantine(folder, uid + 1, "It broke the parser.", NOON, b"Subject: x")
    prove(folder, Listing([uid, uid + 1, uid + 2, uid + 3]), [uid], NOON)
    ask_for(ActionKind.FLAG, letter, NOON)
    found = figures(client)
    assert found["postroom_accounts paused"] == 1
    assert sum(v for name, v in found.items() if name.startswith("postroom_accounts ")) == 2
    proof = {name: found[f"postroom_proof_{name}"] for name in ("server", "recorded", "missing")}
    assert proof == {"server": 4, "recorded": 1, "missing": 2}
    assert found["postroom_proof_quarantined"] == found["postroom_actions_waiting"] == 1
    assert found["postroom_emails"] == 1
    assert found["postroom_sync_lag_seconds longest"] > 3600
    assert found["postroom_jobs todo"] == ProcrastinateJob.objects.filter(status="todo").count()


def test_requests_are_counted_by_verb_and_status(alice: User, client: Client) -> None:
    before = figures(client)
    caller(alice).ask("GET", "/me")
    Caller().ask("GET", "/me")
    client.generic("BREW", "/leads/")
    after = figures(client)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("postroom_web_requests_total GET 401") == 1
    assert more("postroom_web_requests_total GET 200") == 2  # /me, and the figures before.
    assert not any("BREW" in name for name in after)
    assert more("postroom_web_request_seconds_count") == 4


def test_an_installation_with_nothing_in_it_has_figures(client: Client, db: None) -> None:
    found = figures(client)
    assert found["postroom_emails"] == found["postroom_sync_lag_seconds longest"] == 0


def test_no_figure_names_anybody(letter: Email, lena: Person, client: Client) -> None:
    text = client.get("/metrics").content.decode().lower()
    for word in ("@", "alice", "lena", "quarterly", "example"):
        assert word not in text
    assert "postroom_emails 1.0" in text, "the control"


@pytest.fixture
def token_file(tmp_path: Path, settings: LazySettings) -> Path:
    settings.METRICS_TOKEN_FILE = tmp_path / "token"
    settings.METRICS_TOKEN_FILE.write_text("s3cret\n")
    return tmp_path / "token"


def status(address: str = ELSEWHERE, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(REMOTE_ADDR=address).get("/metrics", headers=sent).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_may_ask_for_itself_and_not_for_others(address: str, db: None) -> None:
    assert status(address) == 200
    for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "X_Forwarded_Host", "Via"):
        assert status(address, **{header: "127.0.0.1"}) == 401


@pytest.mark.parametrize("address", [ELSEWHERE, "10.0.0.1", "", "::ffff:10.0.0.1", "nonsense"])
def test_others_need_the_token(address: str, db: None, token_file: Path) -> None:
    assert status(address) == 401
    for wrong in ("Bearer", "Bearer x", "s3cret", "Basic s3cret", "Bearer s3cretx"):
        assert status(address, Authorization=wrong) == 401
    assert status(address, Authorization="Bearer s3cret") == 200
    token_file.write_text("other")
    assert status(address, Authorization="Bearer s3cret") == 401
    for nothing in (b"", b"\n", b"\xff"):
        token_file.write_bytes(nothing)
        assert status(address, Authorization="Bearer ") == 401
    token_file.unlink()
    assert status(address, Authorization="Bearer ") == 401


def test_no_api_key_opens_the_figures(alice: User) -> None:
    assert status(Authorization=f"Bearer {caller(alice).key}") == 401
    assert Client().post("/metrics").status_code == 405
