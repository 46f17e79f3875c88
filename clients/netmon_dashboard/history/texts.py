"""What stands where history cannot be shown: what happened, why, and the exact next command."""

from dataclasses import dataclass

from netmon_client.errors import IncompatibleVersion, InvalidRequest, NetmonError, NotPermitted, RecorderUnreachable
from netmon_dashboard.hub.texts import remedy_command

__all__ = ["Notice", "notice_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A state in words; ``command``: what to type, "" where nothing is."""

    title: str
    text: str
    command: str = ""


def notice_of(error: NetmonError) -> Notice:
    """Give the words for an error of the recorder."""
    if isinstance(error, RecorderUnreachable):
        return Notice(
            title="No recorder answers",
            text=f"{_said(error)}. History is kept by a program of its own, which needs no root; the live "
            "pages do without it. What was recorded before comes back with it.",
            command=_start(error),
        )
    if isinstance(error, NotPermitted):
        title, text = "You may not read this history", "It belongs to whoever started the recorder, and to its group."
        return Notice(title=title, text=f"{_said(error)}. {text}", command=remedy_command(error.remedy))
    if isinstance(error, IncompatibleVersion):
        text = f"{_said(error)}. Dashboard and recorder must be of versions that fit."
        return Notice(title="Another version of the recorder", text=text, command=remedy_command(error.remedy))
    if isinstance(error, InvalidRequest):
        return Notice(title="History does not hold that", text=f"{_said(error)}.")
    text = f"{_said(error)}. The page can be tried again."
    return Notice(title="The recorder did not answer", text=text, command=remedy_command(error.remedy))


def _said(error: NetmonError) -> str:
    said = f"{error.what} ({error.why})" if error.why else error.what
    return said[:1].upper() + said[1:]


def _start(error: NetmonError) -> str:
    """Give the command that starts it; what merely looks what is wrong with it comes after that."""
    command = remedy_command(error.remedy)
    return command if command.startswith("netmon-recorder") else "netmon-recorder"
