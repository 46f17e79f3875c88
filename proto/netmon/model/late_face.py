"""A package's face of which some names are loaded when they are first asked for (PEP 562)."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

__all__ = ["late_face"]


def late_face(face: dict[str, Any], modules: Iterable[str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Give ``__getattr__`` and ``__dir__`` of the package whose globals are ``face``.

    What its ``__all__`` names and ``face`` does not hold is looked for in ``modules`` (full names), and then held.
    """
    package: str = face["__name__"]
    names = sorted(face["__all__"])
    places = tuple(modules)

    def load(name: str) -> object:
        if name in names:
            for module in map(import_module, places):
                if hasattr(module, name):
                    return face.setdefault(name, getattr(module, name))
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load, names.copy
