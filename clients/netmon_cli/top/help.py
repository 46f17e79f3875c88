"""The keys, and what works less well than it could."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from netmon.model import Degradation
from netmon_cli.render.palette import Style
from netmon_cli.top.paint import style_of
from netmon_client.printable import visible

__all__ = ["Help", "help_text"]

_KEYS: Final = (
    ("↑ ↓ PgUp PgDn", "choose a row; it stays chosen wherever it goes"),
    ("d Enter", "all that is known of the row"),
    ("/", "filter: app:firefox is:remote !port:53 rate:>100k"),
    ("!", "hide the row's application (adds !app:… to the filter)"),
    ("a", "connections, one row an application, or one a domain"),
    ("s S", "sort by …; the other direction"),
    ("l", "listening sockets: shown or hidden"),
    ("c", "what ended in the last minute: shown or hidden"),
    ("n", "sums from now on, or since the last clear"),
    ("u", "kB/s, kbit/s, KiB/s"),
    ("p Space", "pause; the collector goes on"),
    ("+ -", "refresh faster, slower"),
    ("y", "copy the row, where the terminal takes it (OSC 52)"),
    ("Esc", "close, or let go of the row"),
    ("? q Ctrl-C", "these keys; quit"),
)
_LEGEND: Final = (
    ("+", "new in this tick"),
    ("✕", "ended; stays for five seconds"),
    ("~", "a domain from DNS answers, not said by the connection"),
    ("≥", "older than the collector"),
    ("Σ", "captured IP bytes"),
)


def help_text(degraded: Sequence[Degradation]) -> Text:
    """Give the text."""
    text = Text(end="")
    width = max(len(keys) for keys, _ in _KEYS)
    for keys, words in (*_KEYS, ("", ""), *_LEGEND):
        text.append(f"{keys:<{width}}  ", style_of(Style.YELLOW))
        text.append(f"{words}\n")
    if degraded:
        text.append("\nWhat works less well than it could:\n", style_of(Style.BOLD))
    for each in degraded:
        text.append(f"! {visible(each.text)}\n", style_of(Style.YELLOW))
        if each.remedy:
            text.append(f"  {visible(each.remedy)}\n")
    text.rstrip()
    return text


class Help(ModalScreen[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss", show=False)]

    def __init__(self, degraded: Sequence[Degradation]) -> None:
        super().__init__()
        self._text = help_text(degraded)

    def compose(self) -> ComposeResult:
        """Give the panel."""
        with VerticalScroll(id="help", classes="panel") as panel:
            panel.border_title = "Keys"
            panel.border_subtitle = "Esc closes"
            yield Static(self._text)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(VerticalScroll).focus()
