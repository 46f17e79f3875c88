"""What the installed sides are made of: ``bill.py json`` prints a CycloneDX bill of materials, ``bill.py text`` a list.

Versions and hashes come from requirements.lock, licences from what is installed in the environment that runs this.
"""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

from locked import PROJECT, ROOT, SIDES, blocks_of, needed

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VERSION = re.compile(r"^[a-z0-9-]+==([^ ;]+)")
_NEITHER = re.compile(r"[^A-Za-z0-9.+()/, -]")
_LONGEST_NAME = 60  # a field "License" with more than that holds the text itself

# What packages call their licence in words, by the identifier of SPDX.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "MPL 2.0": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A package of one or both sides. An empty licence: it is not installed here (another system's), or says none."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str
    sides: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package's name among all packages of the world (purl)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def parts() -> list[Part]:
    """Give what the sides are made of, by name; a package twice where the lock has it twice."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = {side: needed(lock, project, side) for side in SIDES}
    blocks = blocks_of(lock)
    return [
        Part(
            name=name,
            version=version_of(block),
            hashes=tuple(_HASH.findall(block)),
            licence=licence_of(name),
            sides=tuple(side for side in SIDES if name in names[side]),
        )
        for name in sorted(set().union(*names.values()))
        for block in blocks[name]
    ]


def version_of(block: str) -> str:
    """Give the version that a block of the lock pins."""
    found = _VERSION.match(block)
    if found is None:
        raise ValueError(f"no version in {block.partition(chr(10))[0]!r}")
    return found[1]


def licence_of(name: str) -> str:
    """Give the licence of an installed package as an expression of SPDX; empty where it is not installed."""
    try:
        return licence_in(metadata(name))
    except PackageNotFoundError:
        return ""


def licence_in(told: PackageMetadata) -> str:
    """Give what a package's metadata say: the expression, else the classifiers, else the field in words."""
    expression = told.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License")]
    words = str(told.get("License") or "").strip()
    # "BSD License" may be any of four: the field beside it is more exact where it is a name.
    named = [words] if words and len(words) <= _LONGEST_NAME and not _NEITHER.search(words) else []
    known = [SPDX.get(word, word) for word in (named or classifiers)]
    return " AND ".join(dict.fromkeys(known))


def cyclonedx(found: Iterable[Part], version: str) -> dict[str, object]:
    """Give the bill as CycloneDX 1.6 (ECMA-424)."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": PROJECT,
                "name": PROJECT,
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [component(part) for part in found],
    }


def component(part: Part) -> dict[str, object]:
    """Give one entry. Each hash is that of a file which the lock allows: wheels for several systems, the source."""
    files = [
        {
            "type": "distribution",
            "url": part.purl,
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for digest in part.hashes
    ]
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        **({"licenses": [{"expression": part.licence}]} if part.licence else {}),
        "externalReferences": files,
        "properties": [{"name": "netmon:side", "value": side} for side in part.sides],
    }


def text(found: Iterable[Part]) -> str:
    """Give a line a package: name, version, licence, sides."""
    return "".join(
        f"{part.name:28} {part.version:16} {part.licence or 'not installed here':40} {', '.join(part.sides)}\n"
        for part in found
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["json"]:
        print(json.dumps(cyclonedx(parts(), metadata(PROJECT)["Version"]), indent=2))
    elif sys.argv[1:] == ["text"]:
        print(text(parts()), end="")
    else:
        sys.exit("usage: bill.py json|text")
