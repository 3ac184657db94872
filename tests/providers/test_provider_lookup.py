"""From an address, an MX or a few words to the service."""

from typing import Final

import pytest

from postroom.providers import (
    all_providers,
    find_provider,
    provider_for_address,
    provider_for_mx,
    search_providers,
)

BY_ADDRESS: Final = (
    ("alice@zoho.com", "zoho_personal", "imap.zoho.com"),
    ("alice@zohomail.eu", "zoho_personal", "imap.zoho.eu"),
    ("alice@zoho.in", "zoho_personal", "imap.zoho.in"),
    ("alice@zoho.com.au", "zoho_personal", "imap.zoho.com.au"),
    ("alice@zohomailcloud.ca", "zoho_personal", "imap.zohocloud.ca"),
    ("alice@gmail.com", "gmail", "imap.gmail.com"),
    ("Alice@GoogleMail.com", "gmail", "imap.gmail.com"),
    ("alice@outlook.com", "outlook_com", "outlook.office365.com"),
    ("alice@hotmail.co.uk", "outlook_com", "outlook.office365.com"),
    ("alice@live.com.mx", "outlook_com", "outlook.office365.com"),
    ("alice@outlook.de", "outlook_com", "outlook.office365.com"),
    ("alice@firm.onmicrosoft.com", "microsoft365", "outlook.office365.com"),
    ("alice@yahoo.com", "yahoo", "imap.mail.yahoo.com"),
    ("alice@yahoo.co.jp", "yahoo", "imap.mail.yahoo.com"),
    ("alice@aol.com", "aol", "imap.aol.com"),
    ("alice@aol.de", "aol", "imap.aol.com"),
    ("alice@me.com", "icloud", "imap.mail.me.com"),
    ("alice@fastmail.fm", "fastmail", "imap.fastmail.com"),
    ("alice@pobox.com", "fastmail", "mail.pobox.com"),
    ("alice@gmx.at", "gmx_de", "imap.gmx.net"),
    ("alice@gmx.co.uk", "gmx_com", "imap.gmx.com"),
    ("alice@gmx.hu", "gmx_com", "imap.gmx.com"),
    ("alice@web.de", "web_de", "imap.web.de"),
    ("alice@consultant.com", "mail_com", "imap.mail.com"),
    ("alice@proton.me", "proton_bridge", "127.0.0.1"),
    ("alice@ya.ru", "yandex", "imap.yandex.com"),
    ("alice@bk.ru", "mail_ru", "imap.mail.ru"),
    ("alice@foxmail.com", "qq", "imap.qq.com"),
    ("alice@163.com", "netease_163", "imap.163.com"),
    ("alice@126.com", "netease_126", "imap.126.com"),
    ("alice@yeah.net", "netease_yeah", "imap.yeah.net"),
    ("alice@aliyun.com", "aliyun", "imap.aliyun.com"),
    ("alice@online.de", "ionos", "imap.ionos.de"),
    ("alice@ovh.net", "ovh", "ssl0.ovh.net"),
    ("alice@secureserver.net", "godaddy", "imap.secureserver.net"),
    ("alice@emailsrvr.com", "rackspace", "secure.emailsrvr.com"),
    ("alice@ik.me", "infomaniak", "mail.infomaniak.com"),
    ("alice@mailbox.org", "mailbox_org", "imap.mailbox.org"),
    ("alice@posteo.net", "posteo", "posteo.de"),
    ("alice@tutanota.com", "tuta", ""),
    ("alice@xfinity.com", "comcast", "imap.comcast.net"),
    ("alice@sbcglobal.net", "att", "imap.mail.att.net"),
    ("alice@t-online.de", "t_online", "secureimap.t-online.de"),
    ("alice@wanadoo.fr", "orange_fr", "imap.orange.fr"),
    ("alice@free.fr", "free_fr", "imap.free.fr"),
    ("alice@iol.it", "libero", "imapmail.libero.it"),
    ("alice@email.cz", "seznam", "imap.seznam.cz"),
    ("alice@naver.com", "naver", "imap.naver.com"),
    ("alice@firm.awsapps.com", "aws_workmail", "imap.mail.us-east-1.awsapps.com"),
    ("alice@migadu.com", "migadu", "imap.migadu.com"),
    ("alice@runbox.no", "runbox", "mail.runbox.com"),
)
BY_MX: Final = (
    ("mx.zoho.com", "zoho_org", "imappro.zoho.com"),
    ("mx.zoho.eu", "zoho_org", "imappro.zoho.eu"),
    ("MX.ZOHO.IN.", "zoho_org", "imappro.zoho.in"),
    ("aspmx.l.google.com", "google_workspace", "imap.gmail.com"),
    ("smtp.google.com", "google_workspace", "imap.gmail.com"),
    ("firm-com.mail.protection.outlook.com", "microsoft365", "outlook.office365.com"),
    ("firm-com.x-v1.mx.microsoft", "microsoft365", "outlook.office365.com"),
    ("hotmail-com.olc.protection.outlook.com", "outlook_com", "outlook.office365.com"),
    ("mta7.am0.yahoodns.net", "yahoo", "imap.mail.yahoo.com"),
    ("mx-aol.mail.gm0.yahoodns.net", "aol", "imap.aol.com"),
    ("mx01.mail.icloud.com", "icloud", "imap.mail.me.com"),
    ("in1-smtp.messagingengine.com", "fastmail", "imap.fastmail.com"),
    ("mx00.gmx.net", "gmx_de", "imap.gmx.net"),
    ("mx01.gmx.com", "gmx_com", "imap.gmx.com"),
    ("mx-ha02.web.de", "web_de", "imap.web.de"),
    ("mx00.mail.com", "mail_com", "imap.mail.com"),
    ("mail.protonmail.ch", "proton_bridge", "127.0.0.1"),
    ("mx.yandex.net", "yandex", "imap.yandex.com"),
    ("emx.mail.ru", "mail_ru", "imap.mail.ru"),
    ("mx3.qq.com", "qq", "imap.qq.com"),
    ("mxbiz1.qq.com", "tencent_exmail", "imap.exmail.qq.com"),
    ("163mx01.mxmail.netease.com", "netease_163", "imap.163.com"),
    ("qiye163mx01.mxmail.netease.com", "netease_163", "imap.qiye.163.com"),
    ("mx1.mail.aliyun.com", "aliyun", "imap.aliyun.com"),
    ("mxn.mxhichina.com", "aliyun_qiye", "imap.qiye.aliyun.com"),
    ("mx.sg.aliyun.com", "aliyun_qiye", "imap.sg.aliyun.com"),
    ("mx00.ionos.com", "ionos", "imap.ionos.com"),
    ("mx01.kundenserver.de", "ionos", "imap.ionos.de"),
    ("mx1.mail.ovh.net", "ovh", "ssl0.ovh.net"),
    ("mailstore1.secureserver.net", "godaddy", "imap.secureserver.net"),
    ("mx1.emailsrvr.com", "rackspace", "secure.emailsrvr.com"),
    ("mx1.privateemail.com", "namecheap", "mail.privateemail.com"),
    ("mx1.hostinger.com", "hostinger", "imap.hostinger.com"),
    ("mx1.titan.email", "hostinger", "imap.titan.email"),
    ("mta-gw.infomaniak.ch", "infomaniak", "mail.infomaniak.com"),
    ("mxext1.mailbox.org", "mailbox_org", "imap.mailbox.org"),
    ("mx01.posteo.de", "posteo", "posteo.de"),
    ("mail.tutanota.de", "tuta", ""),
    ("mx1.comcast.net", "comcast", "imap.comcast.net"),
    ("al-ip4-mx-vip1.prodigy.net", "att", "imap.mail.att.net"),
    ("mx00.t-online.de", "t_online", "secureimap.t-online.de"),
    ("smtp-in.orange.fr", "orange_fr", "imap.orange.fr"),
    ("mx1.free.fr", "free_fr", "imap.free.fr"),
    ("smtp-in.libero.it", "libero", "imapmail.libero.it"),
    ("mx1.seznam.cz", "seznam", "imap.seznam.cz"),
    ("mx1.naver.com", "naver", "imap.naver.com"),
    ("inbound-smtp.eu-west-1.amazonaws.com", "aws_workmail", "imap.mail.eu-west-1.awsapps.com"),
    ("aspmx1.migadu.com", "migadu", "imap.migadu.com"),
    ("mx.runbox.com", "runbox", "mail.runbox.com"),
)


@pytest.mark.parametrize(("address", "provider_id", "host"), BY_ADDRESS)
def test_an_address_leads_to_its_service(address: str, provider_id: str, host: str) -> None:
    provider = provider_for_address(address)
    assert provider is not None
    assert provider.id == provider_id
    assert (provider.imap[0].host if provider.imap else "") == host


@pytest.mark.parametrize(("mx", "provider_id", "host"), BY_MX)
def test_an_mx_leads_to_its_service(mx: str, provider_id: str, host: str) -> None:
    provider = provider_for_mx([mx])
    assert provider is not None
    assert provider.id == provider_id
    assert (provider.imap[0].host if provider.imap else "") == host


def test_every_service_is_found_by_an_address_or_an_mx_but_one() -> None:
    found = {row[1] for row in (*BY_ADDRESS, *BY_MX)}
    # Zimbra is software: it runs at anybody's domain.
    assert {provider.id for provider in all_providers()} - found == {"zimbra"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "gmail.com",
        "alice@",
        "@",
        "alice@example.com",
        "alice@notgmail.com",
        "alice@gmail.com.evil.example",
        "alice@gmail.com@evil.example",
        "alice@onmicrosoft.com.evil.example",
        "alice@yahoo.evil",
        "alice@yahoo.co.evil",
        "alice@yahoo.x.de",
        "alice@yahoo.",
        "alice@.yahoo.com",
        "alice@xn--" + "ö" * 80,
    ],
)
def test_an_address_elsewhere_leads_nowhere(address: str) -> None:
    assert provider_for_address(address) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["."],
        ["com"],
        ["mx.example.com"],
        ["l.google.com.evil.example"],
        ["notl-google.com"],
        ["xgoogle.com"],
        ["mx.example.com", "aspmx.l.google.com"],
    ],
)
def test_an_mx_elsewhere_leads_nowhere(hosts: list[str]) -> None:
    assert provider_for_mx(hosts) is None


def test_a_service_is_found_by_its_id() -> None:
    assert all(find_provider(provider.id) is provider for provider in all_providers())
    assert find_provider("") is None
    assert find_provider("Gmail") is None


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("gmail", ["gmail", "google_workspace"]),
        ("GOOGLE work", ["google_workspace"]),
        ("hotmail", ["outlook_com"]),
        ("exchange", ["microsoft365"]),
        ("zoho", ["zoho_personal", "zoho_org"]),
        ("1und1", ["ionos"]),
        ("网易", ["netease_163"]),
        ("tutanota", ["tuta"]),
        ("no such service", []),
    ],
)
def test_words_lead_to_services(words: str, ids: list[str]) -> None:
    assert [provider.id for provider in search_providers(words)] == ids


def test_without_words_all_that_are_offered_are_found() -> None:
    left_out = set(all_providers()) - set(search_providers("  "))
    assert {provider.id for provider in left_out} == {"tuta", "aws_workmail"}


@pytest.mark.parametrize(
    ("provider_id", "address", "incoming", "outgoing"),
    [
        ("gmail", "alice@gmail.com", "alice@gmail.com", "alice@gmail.com"),
        ("web_de", "alice@web.de", "alice", "alice"),
        ("free_fr", "alice@free.fr", "alice", "alice"),
        ("icloud", "alice@icloud.com", "alice", "alice@icloud.com"),
        ("icloud", "alice@firm.example", "alice@firm.example", "alice@firm.example"),
    ],
)
def test_it_knows_the_user_name_that_the_server_wants(
    provider_id: str, address: str, incoming: str, outgoing: str
) -> None:
    provider = find_provider(provider_id)
    assert provider is not None
    assert provider.sign_in_name(address) == incoming
    assert provider.sign_in_name(address, outgoing=True) == outgoing


def test_a_chosen_service_takes_the_data_centre_of_the_address() -> None:
    chosen = find_provider("zoho_personal")
    assert chosen is not None
    there = chosen.for_address("alice@zoho.eu")
    assert (there.variant, there.smtp[0].host) == ("Europe", "smtp.zoho.eu")
    assert there.app_password is not None
    assert there.app_password.url == "https://accounts.zoho.eu/home#security/app_password"
    assert chosen.for_address("alice@firm.example") is chosen
