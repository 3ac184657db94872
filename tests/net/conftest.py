"""What the tests of `net` share."""

import os
from pathlib import Path

import pytest

from servers.certificates import Certificate, make_certificate

LONG = os.environ.get("TEST_LONG") == "1"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost and 127.0.0.1 whose authority can be trusted."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The directory of shared corpora, beside the repository."""
    return Path(__file__).resolve().parents[3] / "shared" / "corpus"
