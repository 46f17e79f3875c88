"""Who may import whom: the contracts of pyproject.toml, and what import-linter cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, imported_names, parsed, source_modules

# The core is handed bytes, rows and `now`: it opens, starts and logs nothing, and reads no clock.
IMPURE_MODULES = {
    "asyncio",
    "concurrent",
    "fcntl",
    "glob",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pcapy",
    "psutil",
    "random",
    "secrets",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
}
IMPURE_NAMES = {"pathlib.Path", "sys.stderr", "sys.stdout", "sys.stdin"}
IMPURE_BUILTINS = {"breakpoint", "input", "open", "print"}


def impurities(tree: ast.AST) -> list[str]:
    """What a core module does that it must not."""
    found = [
        f"imports {name}"
        for name in imported_names(tree)
        if name.split(".")[0] in IMPURE_MODULES or name in IMPURE_NAMES
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_BUILTINS:
            found.append(f"calls {ast.unparse(node.func)}() in line {node.lineno}")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in IMPURE_NAMES:
            found.append(f"uses {ast.unparse(node)} in line {node.lineno}")
    return sorted(found)


def foreign_imports(tree: ast.AST, own: str) -> list[str]:
    """What a module imports from outside the standard library and the package `own`."""
    return sorted(
        name
        for name in imported_names(tree)
        if name.split(".")[0] not in sys.stdlib_module_names and name != own and not name.startswith((f"{own}.", "."))
    )


def modules_below(package: str) -> list[Path]:
    return [path for name, path in source_modules().items() if name == package or name.startswith(f"{package}.")]


def test_the_import_contracts_are_kept() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([tool, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", modules_below("netmon_collector.core"), ids=lambda path: path.stem)
def test_the_core_is_pure(path: Path) -> None:
    assert not impurities(parsed(path))


@pytest.mark.parametrize("path", modules_below("netmon_collector.names"), ids=lambda path: path.stem)
def test_what_reads_names_is_pure(path: Path) -> None:
    assert not impurities(parsed(path))


@pytest.mark.parametrize("path", modules_below("netmon.model"), ids=lambda path: path.stem)
def test_the_model_needs_the_standard_library_alone(path: Path) -> None:
    assert not foreign_imports(parsed(path), own="netmon.model")


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "import os.path",
        "from time import monotonic",
        "from pathlib import Path",
        "import pathlib\npathlib.Path('x')",
        "def late():\n    import socket",
        "open('file')",
        "print('text')",
        "import sys\nsys.stderr.write('text')",
    ],
)
def test_an_impure_module_is_noticed(text: str) -> None:
    assert impurities(ast.parse(text))


def test_pure_modules_pass() -> None:
    assert not impurities(ast.parse("import struct\nfrom pathlib import PurePosixPath\nimport sys"))


@pytest.mark.parametrize("text", ["import grpc", "from netmon.v1 import snapshot_pb2", "from netmon import codec"])
def test_a_model_that_reaches_out_is_noticed(text: str) -> None:
    assert foreign_imports(ast.parse(text), own="netmon.model")
