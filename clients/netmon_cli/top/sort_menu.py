"""The menu of sort keys."""

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from netmon_cli.top.choices import Subject, turned

__all__ = ["SortMenu", "chosen_sort", "sort_words"]

_WORDS: Final = {
    "rate": "speed, both ways",
    "received_rate": "↓ download speed",
    "sent_rate": "↑ upload speed",
    "total": "sum, both ways",
    "received": "Σ↓ received",
    "sent": "Σ↑ sent",
    "app": "application",
    "pid": "process id",
    "remote": "remote address",
    "port": "port",
    "domain": "domain",
    "state": "state",
    "age": "age",
    "connections": "connections",
    "remotes": "remote addresses",
    "processes": "processes",
    "listening": "listening sockets",
    "source": "source of the name",
    "first": "first seen",
    "last": "last seen",
}
_OFFERED: Final[dict[Subject, tuple[str, ...]]] = {
    "connections": (
        "rate",
        "received_rate",
        "sent_rate",
        "total",
        "received",
        "sent",
        "app",
        "pid",
        "remote",
        "port",
        "domain",
        "state",
        "age",
    ),
    "apps": (
        "rate",
        "received_rate",
        "sent_rate",
        "total",
        "received",
        "sent",
        "app",
        "connections",
        "remotes",
        "processes",
        "listening",
    ),
    "domains": (
        "rate",
        "received_rate",
        "sent_rate",
        "total",
        "received",
        "sent",
        "domain",
        "source",
        "app",
        "connections",
        "first",
        "last",
    ),
}
_ASCENDING: Final = frozenset({"app", "remote", "port", "domain", "state", "source"})
"""What one reads from A to Z; the rest begins with the largest."""


def sort_words(sort: str) -> str:
    """Say a sort key in words, with its direction."""
    key = sort.removeprefix("-")
    return f"{'▾' if sort.startswith('-') else '▴'} {_WORDS.get(key, key)}"


def chosen_sort(key: str, now: str) -> str:
    """Give the sort for a key that was chosen: the usual direction, or, where it is in use, the other one."""
    if now.removeprefix("-") == key:
        return turned(now)
    return key if key in _ASCENDING else f"-{key}"


class SortMenu(ModalScreen[str | None]):
    """Gives the sort that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,s", "dismiss(None)", show=False),
    ]

    def __init__(self, subject: Subject, sort: str) -> None:
        super().__init__()
        self._keys = _OFFERED[subject]
        self._sort = sort

    def compose(self) -> ComposeResult:
        """Give the list, with the cursor on the key in use."""
        now = self._sort.removeprefix("-")
        options = [
            Option(Text(f"{sort_words(self._sort)[0] if key == now else ' '} {_WORDS[key]}"), id=key)
            for key in self._keys
        ]
        with Vertical(id="menu", classes="panel") as panel:
            panel.border_title = "Sort by"
            panel.border_subtitle = "again: turns round"
            yield OptionList(*options, id="sort_keys", compact=True)

    def on_mount(self) -> None:
        """Put the cursor on the key in use."""
        now = self._sort.removeprefix("-")
        self.query_one(OptionList).highlighted = self._keys.index(now) if now in self._keys else 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(chosen_sort(event.option_id or "rate", self._sort))
