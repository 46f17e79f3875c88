"""Root tests are skipped for other users, and fail where none may be left out."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

REQUIRED = os.environ.get("NETMON_REQUIRE_ROOT_TESTS") == "1"

# How long an example takes is no fault of what is tested: tests share their machine. In CI hypothesis does so itself.
settings.register_profile("shared", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


def needs_root(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("root", "e2e"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if needs_root(item) and os.geteuid() != 0:
        pytest.skip("needs root: run `sudo make test`")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if REQUIRED and report.skipped and needs_root(item) and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"NETMON_REQUIRE_ROOT_TESTS=1 and this test was left out: {reason}"
    return report
