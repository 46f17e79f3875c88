"""A face whose names are loaded when they are first asked for."""

import subprocess
import sys
from types import ModuleType

import pytest

from netmon import codec, model
from netmon.model.late_face import late_face


@pytest.mark.parametrize("face", [model, codec])
def test_a_face_has_all_its_names_whether_they_are_loaded_or_not(face: ModuleType) -> None:
    assert {name for name in face.__all__ if getattr(face, name) is None} == set()
    assert dir(face) == sorted(face.__all__)
    assert not hasattr(face, "nonsense")


@pytest.mark.parametrize(("face", "name"), [("netmon.model", "UsageKey"), ("netmon.codec", "usage_key_to_wire")])
def test_what_history_needs_is_loaded_when_it_is_first_asked_for(face: str, name: str) -> None:
    program = f"""
import sys, {face} as face
print([each for each in sys.modules if each.startswith("{face}.history")])
first = face.{name}
print("{face}.history" in sys.modules, vars(face)["{name}"] is first)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "True True"]


def test_what_a_face_does_not_name_is_not_given_though_a_module_holds_it() -> None:
    load, names = late_face({"__name__": "face", "__all__": ["sqrt", "lost"]}, ["math"])
    assert load("sqrt") is not None
    assert names() == ["lost", "sqrt"]
    for name in ("pi", "lost"):
        with pytest.raises(AttributeError, match=f"module 'face' has no attribute '{name}'"):
            load(name)
