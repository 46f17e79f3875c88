import subprocess
import sys

import pytest

from netmon_collector.names.registrable import KEPT_NAMES, RegistrableDomains


@pytest.fixture(scope="module")
def domains() -> RegistrableDomains:
    return RegistrableDomains()


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("www.example.com", "example.com"),
        ("example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.c.kawasaki.jp", "b.c.kawasaki.jp"),
        ("user.github.io", "user.github.io"),
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("nas.home.lan", "home.lan"),
        ("printer.local", "printer.local"),
        ("co.uk", ""),
        ("com", ""),
        ("localhost", ""),
        ("_ipp._tcp.local", ""),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("", ""),
        (".", ""),
        ("a..b", ""),
        ("my\\032printer.local", "my\\032printer.local"),
    ],
)
def test_the_registrable_domain_of(domains: RegistrableDomains, name: str, domain: str) -> None:
    assert domains.of(name) == domain


def test_what_is_remembered_is_bounded(domains: RegistrableDomains) -> None:
    for index in range(KEPT_NAMES + 10):
        domains.of(f"n{index}.example.com")
    assert domains._ask.cache_info().currsize == KEPT_NAMES


def test_the_list_needs_no_network_library() -> None:
    """Nothing is downloaded, and root's imports stay few."""
    code = (
        "import sys; from netmon_collector.names.registrable import RegistrableDomains; RegistrableDomains();"
        "print(sorted({'socket', 'ssl', 'urllib.request', 'requests', 'http.client'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
