"""What Go cannot parse is refused: it would end the gateway at every start (contracts/octopus.md 5.5)."""

from __future__ import annotations

import pytest

from chanops.gateways.octopus.gourl import fault_of


@pytest.mark.parametrize(
    "url",
    [
        " https://h/v1", "https://h h/v1", "https://h/v1\n", "https://h/\x00", "https://h\x7f", "https://h/%zz", "https://h/%",
        "https://h:port/v1", "https://h:80x", "http://[::1", "http://[::1]x", "http://[host]", "https://a:1:2", "://h", ":h",
        "1a:b", "http://u{:p@h", "http://u:%z@h", "https://h%41/", "https://h#%zz", "//h^/v1",
    ],
)  # fmt: skip
def test_fatal_addresses_have_a_fault(url: str) -> None:

    assert fault_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://h", "https://h/v1 ", "https://h:99999", "https://h:", "http://[::1]:80/v1", "http://[fe80::1%25en0]/",
        "ftp://h/x", "mailto:a b%", "https://u:p%20q@h/v1", "https://müller.example/ü", "https://h/a%20b?x=%zz", "/just/a/path",
    ],
)  # fmt: skip
def test_harmless_addresses_have_none(url: str) -> None:
    assert fault_of(url) is None
