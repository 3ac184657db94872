"""The twelve traps of mail services that a client falls into who trusts an old table.

Each has a test here for what the catalogue says of it; what is done about it is tested where it is
done.
"""

import pytest

from postroom.providers import (
    AppPasswordNeed,
    Method,
    Provider,
    SrvRecord,
    find_hint,
    find_provider,
    parse_autoconfig,
    provider_for_address,
    provider_for_mx,
    search_providers,
    servers_from_srv,
)


def get(provider_id: str) -> Provider:
    """Return a provider that exists."""
    provider = find_provider(provider_id)
    assert provider is not None
    return provider


def meaning(provider_id: str, phase: str, words: str) -> str:
    """Return the slug of what a server said."""
    hint = find_hint(provider_id, phase, words)
    assert hint is not None
    return hint.slug


def test_1_passwords_are_dead_at_microsoft_and_google() -> None:
    for provider_id in ("outlook_com", "microsoft365"):
        provider = get(provider_id)
        assert provider.sign_in.methods == (Method.OAUTH2,)
        assert "password_offered_but_refused" in provider.quirks
        assert any("Sign in with Microsoft" in note for note in provider.notes)
        assert meaning(provider_id, "sign_in", "NO LOGIN failed.") == "oauth_only"
    for provider_id in ("gmail", "google_workspace"):
        assert get(provider_id).sign_in.methods == (Method.OAUTH2, Method.APP_PASSWORD)
        assert get(provider_id).sign_in.app_password is AppPasswordNeed.REQUIRED


def test_2_reading_may_work_where_sending_is_off() -> None:
    assert "smtp_auth_off_at_first" in get("microsoft365").quirks
    words = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
    assert meaning("microsoft365", "smtp_sign_in", words) == "smtp_auth_off"
    assert "smtp_auth_off_at_first" in get("free_fr").quirks


@pytest.mark.parametrize(
    ("keeps", "ids"),
    [
        (True, ["gmail", "google_workspace", "outlook_com", "microsoft365", "zoho_personal"]),
        (False, ["ovh", "posteo", "runbox", "migadu"]),
        (None, ["yahoo", "icloud", "yandex", "gmx_de"]),
    ],
)
def test_3_whether_smtp_keeps_a_sent_copy_has_three_answers(
    keeps: bool | None, ids: list[str]
) -> None:
    assert {get(provider_id).smtp_keeps_sent_copy for provider_id in ids} == {keeps}


@pytest.mark.parametrize("provider_id", ["yahoo", "aol", "att", "fastmail", "comcast"])
def test_4_oauth_that_nobody_new_can_register_for_is_not_offered(provider_id: str) -> None:
    assert Method.OAUTH2 not in get(provider_id).sign_in.methods


def test_5_a_companys_own_domain_is_recognised_by_its_mx() -> None:
    assert provider_for_address("alice@firm.example") is None
    company = provider_for_mx(["aspmx.l.google.com"])
    assert company
    assert company.id == "google_workspace"


@pytest.mark.parametrize("provider_id", ["netease_163", "netease_126", "netease_yeah", "qq"])
def test_6_a_sign_in_works_and_no_folder_opens_without_the_id_command(provider_id: str) -> None:
    assert "wants_id_command" in get(provider_id).quirks
    assert meaning(provider_id, "folders", "NO SELECT Unsafe Login.") == "client_id_missing"


def test_7_new_leads_lie_in_a_folder_of_their_own_at_web_de() -> None:
    assert "unknown_senders_folder" in get("web_de").quirks
    assert any("Unbekannt" in note for note in get("web_de").notes)


def test_8_a_refusal_is_not_tried_again_and_a_temporary_one_is_no_refusal() -> None:
    refused = find_hint("yahoo", "sign_in", "NO [LIMIT] LOGIN Rate limit hit.")
    assert refused
    assert not refused.tries_again
    assert "never_retry_sign_in" in get("yahoo").quirks
    words = "NO [UNAVAILABLE] Temporary authentication failure."
    temporary = find_hint("", "sign_in", words)
    assert temporary
    assert temporary.tries_again
    assert temporary.slug == "temporary"


def test_9_proton_bridge_is_on_this_machine() -> None:
    bridge = get("proton_bridge")
    assert "loopback_host" in bridge.quirks
    assert {bridge.imap[0].host, bridge.smtp[0].host} == {"127.0.0.1"}
    assert any("POSTROOM_ALLOWED_MAIL_NETWORKS" in note for note in bridge.notes)


def test_10_services_without_a_future_are_recognised_and_not_offered() -> None:
    tuta = provider_for_address("alice@tuta.com")
    assert tuta
    assert tuta.imap == tuta.pop == tuta.smtp == ()
    assert "cannot connect" in " ".join(tuta.notes)
    assert "31 March 2027" in " ".join(get("aws_workmail").notes)
    offered = {provider.id for provider in search_providers("")}
    assert not {"tuta", "aws_workmail"} & offered


@pytest.mark.parametrize(
    ("mx", "provider_id"),
    [
        ("mx-aol.mail.gm0.yahoodns.net", "aol"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("hotmail-com.olc.protection.outlook.com", "outlook_com"),
        ("firm.mail.protection.outlook.com", "microsoft365"),
        ("mxbiz1.qq.com", "tencent_exmail"),
        ("mx1.qq.com", "qq"),
        ("firm.in.mimecast.example", None),
    ],
)
def test_11_the_longest_mx_suffix_wins_and_a_filter_says_nothing(
    mx: str, provider_id: str | None
) -> None:
    provider = provider_for_mx([mx])
    assert (provider.id if provider else None) == provider_id
    assert "mx_may_be_a_filter" in get("microsoft365").quirks


def test_12_published_settings_have_mistakes_that_many_rely_on() -> None:
    document = (
        b"<clientConfig><emailProvider><incomingServer type='imap'><hostname>i.firm.example"
        b"</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS</username>"
        b"<authentication>password-cleartext</authentication></incomingServer>"
        b"<outgoingServer type='smtp'><hostname>s.firm.example</hostname><port>25</port>"
        b"<socketType>plain</socketType><authentication>none</authentication></outgoingServer>"
        b"</emailProvider></clientConfig>"
    )
    found = parse_autoconfig(document, "alice@firm.example")
    assert found.incoming_user_name == "alice@firm.example"
    assert found.smtp == ()
    old_record = SrvRecord("_submission._tcp.firm.example", 0, 0, 465, "s.firm.example")
    assert servers_from_srv([old_record]).smtp[0].security == "tls"
