"""What the tests of `net` share."""

import pytest

from servers.certificates import Certificate, make_certificate


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost and 127.0.0.1 whose authority can be trusted."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))
