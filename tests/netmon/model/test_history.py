"""Sums of usage, and the words of history in the model's face."""

from types import ModuleType

import pytest

from netmon import codec, model
from netmon.model import NO_USAGE, UsageSums


@pytest.mark.parametrize("face", [model, codec])
def test_a_face_has_all_its_names_whether_they_are_loaded_or_not(face: ModuleType) -> None:
    assert {name for name in face.__all__ if getattr(face, name) is None} == set()
    assert dir(face) == sorted(face.__all__)
    assert not hasattr(face, "nonsense")


def test_sums_add_up_part_by_part() -> None:
    assert UsageSums(1, 2, 3, 4).plus(UsageSums(10, 20, 30, 40)) == UsageSums(11, 22, 33, 44)
    assert UsageSums(1, 2, 3, 4).plus(NO_USAGE) == UsageSums(1, 2, 3, 4)
    assert UsageSums(1, 2, 3, 4).total_bytes == 3
