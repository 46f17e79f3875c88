"""The tests mirror the tree: a module that decides something has a test file of its name."""

import ast
from pathlib import Path

import pytest

from tests.support.source_tree import PACKAGES, parsed, source_modules

# Modules without a test file of their own, each with its reason.
ALLOWED: dict[str, str] = {}


def has_logic(tree: ast.AST) -> bool:
    """Whether a module holds a function that does something; records, enums and ports do not."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_stub(node) for node in ast.walk(tree)
    )


def is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A method of a port: a docstring or `...`, and nothing else."""
    return all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in function.body)


def mirrored(path: Path) -> Path:
    for source, tests in PACKAGES.values():
        if path.is_relative_to(source):
            inner = path.relative_to(source)
            return tests / inner.with_name(f"test_{inner.name}")
    message = f"{path} is in no package"
    raise ValueError(message)


def modules_with_logic() -> dict[str, Path]:
    return {
        name: path for name, path in source_modules().items() if path.name != "__init__.py" and has_logic(parsed(path))
    }


@pytest.mark.parametrize("name", sorted(modules_with_logic().keys() - ALLOWED.keys()))
def test_a_module_has_a_test_file_of_its_name(name: str) -> None:
    path = mirrored(source_modules()[name])
    assert path.exists(), f"{name} has no {path}"


def test_no_module_is_excused_that_is_gone_or_has_its_tests() -> None:
    excused = {name: source_modules().get(name) for name in ALLOWED}
    assert [name for name, path in excused.items() if not path or mirrored(path).exists()] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class Port(Protocol):\n    def ask(self) -> int:\n        '''The question.'''", False),
        ("class Port(Protocol):\n    def ask(self) -> int: ...", False),
        ("@dataclass\nclass Row:\n    pid: int", False),
        ("class Row:\n    @property\n    def total(self) -> int:\n        return 1", True),
        ("async def serve() -> None:\n    await stop()", True),
    ],
)
def test_logic_is_told_from_records_and_ports(text: str, expected: bool) -> None:
    assert has_logic(ast.parse(text)) is expected
