"""Makes the Python code of the contract, and keeps the contract's baseline. Not shipped.

generate.py              regenerate netmon/v1/*_pb2*
generate.py --check      fail where the committed code differs from what would be made
generate.py --breaking   fail where the contract breaks what the baseline promises
generate.py --baseline   take the contract as it is now as the new baseline (a release)
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGE = Path("netmon/v1")
BASELINE = ROOT / "baseline.binpb"
TOOLS = Path(sys.executable).parent  # not resolved: .venv/bin, where pip put the plugins
SERVICE = re.compile(r"^service\s", re.MULTILINE)


def main() -> int:
    """Does the one thing that was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--check", action="store_true")
    way.add_argument("--breaking", action="store_true")
    way.add_argument("--baseline", action="store_true")
    chosen = parser.parse_args()
    if chosen.check:
        return check()
    if chosen.breaking:
        return breaking()
    if chosen.baseline:
        return buf("build", ".", "--exclude-source-info", "--output", str(BASELINE))
    regenerate()
    return 0


def regenerate() -> None:
    """Replaces the generated code, and removes that of a .proto which is gone."""
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder))
        for name in generated(ROOT).keys() - made.keys():
            (ROOT / PACKAGE / name).unlink()
        for name, text in made.items():
            (ROOT / PACKAGE / name).write_bytes(text)
    print(f"proto: {len(made)} files in {PACKAGE}")


def check() -> int:
    """Compares the code in the tree with what the tools make of the .proto files."""
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder))
    kept = generated(ROOT)
    differing = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    for name in differing:
        print(f"proto: {PACKAGE / name} is not what the .proto files make: run `make proto`")
    return 1 if differing else 0


def breaking() -> int:
    """Holds the contract against the last released one."""
    if not BASELINE.exists():
        print("proto: no baseline.binpb: nothing is released yet, so nothing can break")
        return 0
    return buf("breaking", ".", "--against", str(BASELINE))


def generate(into: Path) -> dict[str, bytes]:
    """Runs protoc over all the .proto files; returns the content of each generated file by name."""
    protos = sorted((ROOT / PACKAGE).glob("*.proto"))
    services = [proto for proto in protos if SERVICE.search(proto.read_text(encoding="utf-8"))]
    protoc(protos, f"--python_out={into}", f"--mypy_out=quiet:{into}")
    protoc(services, f"--grpc_python_out={into}", f"--mypy_grpc_out=quiet:{into}")
    return generated(into)


def generated(root: Path) -> dict[str, bytes]:
    """The content of each generated file below `root`, by name."""
    return {path.name: path.read_bytes() for path in (root / PACKAGE).glob("*_pb2*.py*")}


def protoc(protos: list[Path], *outputs: str) -> None:
    """The protoc of the pinned grpcio-tools, with the plugins of the same environment."""
    if not protos:
        return
    plugins = [f"--plugin=protoc-gen-{name}={TOOLS / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    names = [str(proto.relative_to(ROOT)) for proto in protos]
    command = [
        sys.executable,
        "-m",
        "grpc_tools.protoc",
        "--proto_path=.",
        *plugins,
        *outputs,
        *names,
    ]
    subprocess.run(command, cwd=ROOT, check=True)


def buf(*arguments: str) -> int:
    """Runs buf in the folder of its buf.yaml; returns its exit code."""
    return subprocess.run([str(TOOLS / "buf"), *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
