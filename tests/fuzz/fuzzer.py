"""``python -m tests.fuzz.fuzzer TARGET FOLDER [FLAG...]``: atheris on one target, until a flag ends it."""

import sys
from pathlib import Path

import atheris


def main(name: str, folder: Path, flags: list[str]) -> None:
    """Fuzz until a flag says to end. The target's packages are imported here, for their branches to be watched."""
    # The parsers stand below packages whose own code is of no interest: those are imported as they are.
    with atheris.instrument_imports(include=["netmon", "netmon_client", "netmon_collector", "netmon_recorder"]):
        from tests.fuzz.targets import TARGETS, refusal  # noqa: PLC0415 -- inside, so that it is watched

    target = TARGETS[name]

    def run(data: bytes) -> None:
        if data:
            refusal(target, data)

    atheris.Setup([f"fuzz {name}", *flags, f"-max_len={target.most_bytes}", str(folder)], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
