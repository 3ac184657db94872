"""A PostgreSQL address turned into Django's `DATABASES` entry."""

from psycopg.conninfo import conninfo_to_dict

# A statement that is prepared has one plan for all values (ADR 64).
ONE_PLAN = "-c plan_cache_mode=force_generic_plan"


def django_database(url: str) -> dict[str, object]:
    """Return the entry for `DATABASES["default"]`.

    libpq reads the address, so unix sockets, several hosts, TLS options and percent-encoding mean
    here what they mean to psql. What its `options` say stands last, and wins.
    """
    parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts | {"options": f"{ONE_PLAN} {parts.get('options', '')}".strip()},
    }
