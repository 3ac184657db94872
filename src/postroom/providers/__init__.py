"""The catalogue of mail services, their error hints, and reading of auto-configuration."""

from postroom.providers.autoconfig import (
    AutoconfigUnreadable,
    autoconfig_urls,
    parse_autoconfig,
)
from postroom.providers.error_hints import Hint, Phase, find_hint
from postroom.providers.found_servers import FoundServers
from postroom.providers.issuer import OPENID, Issuer
from postroom.providers.lookup import (
    all_issuers,
    all_providers,
    find_issuer,
    find_provider,
    popular_providers,
    provider_for_address,
    provider_for_host,
    provider_for_mx,
    search_providers,
)
from postroom.providers.provider import (
    AppPassword,
    AppPasswordNeed,
    Limits,
    Method,
    Provider,
    ServerChoice,
    SignIn,
    Step,
    UserName,
    Variant,
)
from postroom.providers.quirks import QUIRKS
from postroom.providers.srv_records import SRV_NAMES, SrvRecord, servers_from_srv

__all__ = [
    "OPENID",
    "QUIRKS",
    "SRV_NAMES",
    "AppPassword",
    "AppPasswordNeed",
    "AutoconfigUnreadable",
    "FoundServers",
    "Hint",
    "Issuer",
    "Limits",
    "Method",
    "Phase",
    "Provider",
    "ServerChoice",
    "SignIn",
    "SrvRecord",
    "Step",
    "UserName",
    "Variant",
    "all_issuers",
    "all_providers",
    "autoconfig_urls",
    "find_hint",
    "find_issuer",
    "find_provider",
    "parse_autoconfig",
    "popular_providers",
    "provider_for_address",
    "provider_for_host",
    "provider_for_mx",
    "search_providers",
    "servers_from_srv",
]
