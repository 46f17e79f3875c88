"""The tree of errors."""

import pytest

from netmon_client import errors


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.CollectorUnreachable, 3),
        (errors.NotPermitted, 4),
        (errors.IncompatibleVersion, 5),
        (errors.InvalidRequest, 2),
        (errors.StreamLost, 7),
        (errors.ServerFault, 1),
    ],
)
def test_each_error_has_the_exit_code_that_scripts_rely_on(kind: type[errors.NetmonError], code: int) -> None:
    error = kind("what", why="why", remedy="command")
    assert isinstance(error, errors.NetmonError)
    assert error.exit_code == code
    assert (str(error), error.remedy) == ("what (why)", "command")


def test_an_error_without_a_reason_says_what_happened() -> None:
    assert str(errors.ServerFault("it failed", fault_id="4f")) == "it failed"
