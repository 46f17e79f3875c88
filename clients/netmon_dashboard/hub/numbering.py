"""Small integers for long ids, so that a tick names what moved in a few bytes."""

from collections.abc import Container


class Numbering:
    """Numbers from ``last`` + 1, one an id, stable as long as the id is kept. None is given a second time."""

    def __init__(self, last: int = 0) -> None:
        self._numbers: dict[str, int] = {}
        self.last = last

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: str) -> bool:
        return key in self._numbers

    def number(self, key: str) -> int:
        """Give the number of an id, a new one where it has none yet."""
        number = self._numbers.get(key)
        if number is None:
            self.last += 1
            number = self._numbers[key] = self.last
        return number

    def known(self, key: str) -> int | None:
        """Give the number of an id; None where it has none."""
        return self._numbers.get(key)

    def forget(self, key: str) -> None:
        """Give up an id; one that is not there is no error."""
        self._numbers.pop(key, None)

    def keep(self, keys: Container[str]) -> None:
        """Give up all ids but these."""
        self._numbers = {key: number for key, number in self._numbers.items() if key in keys}
