"""Streamlit's options: ours alone, whatever stands in a user's or a folder's ``.streamlit``."""

from typing import Final

from streamlit import config

__all__ = ["apply_settings"]

HOST: Final = "127.0.0.1"

_OPTIONS: Final[dict[str, object]] = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": HOST,
    "client.allowedOrigins": [],  # pages of a hosting service, which may not steer this one
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,  # they lead to search engines
    "client.toolbarMode": "viewer",  # the menu with the theme, without "Deploy"
    "global.developmentMode": False,
    "logger.enableRich": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,  # gc.collect(2) after each run stops all tabs for 60-70 ms
    "secrets.files": [],
    "server.address": HOST,
    "server.allowedHosts": [HOST, "localhost", "::1"],
    "server.allowRunOnSave": False,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 1,
    "server.runOnSave": False,
    "server.showEmailPrompt": False,
    # A colour under [theme] itself would pin the light mode, so each mode has its own; only sizes stand there.
    "theme.paddingTop": "0.5rem",
    "theme.paddingBottom": "1rem",
    # Below the 1.375rem of a page's own title, which is our component's.
    "theme.headingFontSizes": ["1.375rem", "1.25rem", "1.125rem", "1rem", "0.875rem", "0.875rem"],
    "theme.headingFontWeights": [600, 600, 600, 600, 600, 600],
    "theme.light.primaryColor": "#1d4ed8",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f5f9",
    "theme.light.textColor": "#16202e",
    "theme.light.borderColor": "#d8dee8",
    "theme.light.linkColor": "#1d4ed8",
    "theme.dark.primaryColor": "#60a5fa",
    "theme.dark.backgroundColor": "#0f141c",
    "theme.dark.secondaryBackgroundColor": "#1a212d",
    "theme.dark.textColor": "#e6ebf3",
    "theme.dark.borderColor": "#2e3947",
    "theme.dark.linkColor": "#8ab8fb",
}


def apply_settings(port: int) -> None:
    """Set Streamlit's options for this process. Call it before the app is made.

    Streamlit reads ``~/.streamlit``, ``.streamlit`` of the working directory and that beside the script, in this order.
    A folder that somebody else can write to could so name a theme to fetch, a cookie's secret or a text that is no
    TOML, which ends the start. None of them is looked at.
    """
    config.get_config_files = _no_files
    config.get_config_options(
        force_reparse=True, options_from_flags={**_OPTIONS, "server.port": port, "browser.serverPort": port}
    )


def _no_files(file_name: str) -> list[str]:  # noqa: ARG001 -- Streamlit's signature
    """Name the files to read: none."""
    return []
