"""The files of this repository, as the tests on its house rules see them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Where a package is imported from, and where its tests are.
PACKAGES = {
    "netmon": (ROOT / "proto/netmon", ROOT / "tests/netmon"),
    "netmon_collector": (ROOT / "collector/netmon_collector", ROOT / "tests/collector"),
    "netmon_client": (ROOT / "clients/netmon_client", ROOT / "tests/clients/netmon_client"),
    "netmon_cli": (ROOT / "clients/netmon_cli", ROOT / "tests/clients/netmon_cli"),
    "netmon_dashboard": (ROOT / "clients/netmon_dashboard", ROOT / "tests/clients/netmon_dashboard"),
    "netmon_recorder": (ROOT / "clients/netmon_recorder", ROOT / "tests/clients/netmon_recorder"),
}


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file that git tracks or would add, without what it ignores."""
    # Root may run the tests in a clone that another user owns.
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True).stdout
    paths = (ROOT / name for name in names.decode().split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def is_generated(path: Path) -> bool:
    return "_pb2" in path.name


@cache
def source_modules() -> dict[str, Path]:
    """Each hand-written module that ships: dotted name to file."""
    return {
        dotted(path, package, source): path
        for package, (source, _) in PACKAGES.items()
        for path in sorted(source.rglob("*.py"))
        if not is_generated(path)
    }


def dotted(path: Path, package: str, source: Path) -> str:
    parts = path.relative_to(source).with_suffix("").parts
    return ".".join((package, *(part for part in parts if part != "__init__")))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_names(tree: ast.AST) -> set[str]:
    """What a module imports, inside functions too: `from a import b` gives `a.b`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names.update(f"{'.' * node.level}{module}.{alias.name}" for alias in node.names)
    return names
