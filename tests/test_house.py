"""The rules of the house that no tool knows."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.source_tree import (
    ROOT,
    is_generated,
    parsed,
    repository_files,
    source_modules,
)

MOST_LINES = 400
# Names that say nothing of what a file is.
EMPTY_NAMES = re.compile(r"(^|_)(util|utils|helper|helpers|common|misc|manager|managers)(_|$)")
# Where this machine keeps things, or had them from. Split, so that this file does not match itself.
MACHINE = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", r"(?<!\w)/wo" + "rk/")))
TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "clients",
    "collector",
    "proto",
    "pyproject.toml",
    "requirements.lock",
    "tests",
}

written = [path for path in repository_files() if not is_generated(path)]
python_files = [path for path in written if path.suffix == ".py"]
packages = {
    name: path for name, path in source_modules().items() if path.name == "__init__.py" and len(parsed(path).body) > 1
}
lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def swallowed(tree: ast.AST) -> list[int]:
    """The lines of broad `except`s that do nothing, and of `suppress(Exception)`."""
    lines: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and does_nothing(node):
            lines.append(node.lineno)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            lines += [node.lineno for argument in node.args if is_broad(argument)]
    return lines


def does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(line, ast.Pass | ast.Continue)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in handler.body
    )


def is_broad(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(is_broad(one) for one in caught.elts)
    return caught is None or ast.unparse(caught) in {"Exception", "BaseException"}


def pinned() -> dict[str, str]:
    """What requirements.lock pins: name to version."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))


def wanted() -> list[Requirement]:
    """What pyproject.toml asks for, in the bare install, in every extra and for the build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        project["build-system"]["requires"],
    ]
    requirements = [Requirement(line) for lines in lists for line in lines]
    return [one for one in requirements if one.name != project["project"]["name"]]


def test_the_top_of_the_tree_stays_as_it_is() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in repository_files()}
    assert {name for name in entries if not name.startswith(".")} <= TOP_LEVEL


def test_no_file_is_longer_than_one_sitting() -> None:
    sources = [path for path in written if path.suffix in {".py", ".proto", ".pyi", ".sh", ".js", ".mjs", ".css", ".c"}]
    lengths = {relative(path): len(path.read_text().splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_file_is_named_for_what_it_is() -> None:
    parts = {part for path in python_files for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [part for part in parts if EMPTY_NAMES.search(part)] == []


def test_no_error_is_swallowed() -> None:
    found = {relative(path): swallowed(parsed(path)) for path in python_files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "text",
    [
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: ...",
        "while True:\n  try: f()\n  except (OSError, Exception): continue",
        "with contextlib.suppress(Exception): f()",
    ],
)
def test_a_swallowed_error_is_noticed(text: str) -> None:
    assert swallowed(ast.parse(text))


def test_an_error_that_is_told_passes() -> None:
    assert not swallowed(ast.parse("try: f()\nexcept Exception: log.exception('f')"))
    assert not swallowed(ast.parse("try: f()\nexcept OSError: pass"))


@pytest.mark.parametrize("name", sorted(packages))
def test_a_package_lists_what_it_shows(name: str) -> None:
    module = importlib.import_module(name)
    public = getattr(module, "__all__", None)
    assert public is not None, f"{name} has no __all__"
    assert [one for one in public if not hasattr(module, one)] == []
    assert len(set(public)) == len(public)


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {relative(path): MACHINE.findall(path.read_bytes().decode("utf-8", errors="replace")) for path in written}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_lock_has_hashes_and_no_addresses() -> None:
    assert "://" not in lock
    assert " @ " not in lock
    assert re.findall(r"^-.*", lock, re.MULTILINE) == []
    blocks = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]
    # A package may stand there twice: one version for older Pythons, one for newer (a marker tells).
    assert {block.split("==")[0] for block in blocks} == set(pinned())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_fits_the_project(requirement: Requirement) -> None:
    version = pinned().get(canonicalize_name(requirement.name))
    assert version is not None, f"{requirement} is not in requirements.lock"
    assert requirement.specifier.contains(version, prereleases=True)
