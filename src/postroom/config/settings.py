"""Django's settings, all of them derived from `config.environment`."""

import os
import secrets
from datetime import timedelta
from typing import Any

from postroom.config import environment, postgres_conf
from postroom.config.database import django_database
from postroom.config.secrets import KeyFile, django_secret_key
from postroom.net.server import AllowedNetworks

ENVIRONMENT = environment.read(os.environ)

MAIL_NETWORKS = AllowedNetworks(
    ENVIRONMENT.allowed_mail_networks, ENVIRONMENT.allowed_mail_ports, ENVIRONMENT.name_server
)

DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]

# A process without a key file (type checker, migrations writer) seals nothing and signs nothing
# that another would read; the front doors make the file before they start Django.
SEALING_KEYS = KeyFile(ENVIRONMENT.secret_key_file) if ENVIRONMENT.secret_key_file.exists() else ()
# What an older key signed holds on: a new one signs nobody out.
SECRET_KEY, *SECRET_KEY_FALLBACKS = [django_secret_key((key,)) for key in SEALING_KEYS] or [
    secrets.token_urlsafe(50)
]

INSTALLED_APPS = [
    "postroom.web",  # First: its sign-in pages stand in for allauth's own.
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_prose_editor",
    "postroom.team",
    "postroom.crm",
    "postroom.accounts",
    "postroom.oauth",
    "postroom.archive",
    "postroom.outbox",
    "postroom.rules",
    "postroom.webhooks",
    "postroom.cleanup",
    "postroom.engine",
    "postroom.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "postroom.web.lightness.light",
    "postroom.web.security.page_policy",
    "postroom.api.front.front",
    "postroom.web.our_files.our_files",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "postroom.web.behind_the_wall.behind_the_wall",
    "postroom.web.too_slow.TooSlow",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "postroom.config.urls"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["postroom.web.templatetags.postroom"],
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": django_database(ENVIRONMENT.database_url or "postgresql:///postroom")
}
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 16, "timeout": 30}
WEB_ROLE = postgres_conf.WEB_ROLE
# The engine loads its jobs itself (`engine.running`); whoever asks for one need not load them all.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = ["postroom.web.door.known.KnownUsers"]
SESSION_ENGINE = "postroom.web.door.known"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "postroom.team.passwords.NoContextWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "postroom.web.sign_in.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
# In the database, so that several web processes count together. Room for many: what is full is
# emptied by force, and whoever fills it would begin anew.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "team_throttle",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,30/5m/ip",
    "reset_password": "3/h/key,20/h/ip",  # Our own page for it, which sends a letter each time.
}
MFA_ADAPTER = "postroom.web.door.second_factors.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Addresses are those to which an invitation went, or that were typed at the machine itself.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "postroom.web.door.second_factors.NewCodesForm",
    "add_webauthn": "postroom.web.door.second_factors.NewPasskeyForm",
    "edit_webauthn": "postroom.web.door.second_factors.PasskeyNameForm",
}

# What one request takes of the time of its API key.
API_PACE = timedelta(minutes=1) / ENVIRONMENT.api_requests
PAGE_BOUND = f"{ENVIRONMENT.page_seconds}s"
METRICS_TOKEN_FILE = ENVIRONMENT.metrics_token_file

_IS_HTTPS = ENVIRONMENT.url.startswith("https://")
SESSION_COOKIE_SECURE = _IS_HTTPS
CSRF_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
if _IS_HTTPS:
    # Browsers take cookies of such a name from this very host alone, and over TLS.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    # Other hosts of the same domain are not ours to decide on.
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"

STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "postroom.web.file_addresses.FileAddresses"},
}
if ENVIRONMENT.raw_storage:
    STORAGES["raw"] = ENVIRONMENT.raw_storage
# Where mail lies in a folder, no other user of the machine reads it; Django's own is 0644.
FILE_UPLOAD_PERMISSIONS = 0o600
STATIC_URL = "/static/"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    # Below WARNING it logs every job with its arguments.
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
