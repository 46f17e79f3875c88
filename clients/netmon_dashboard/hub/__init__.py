"""The hub: one subscription to the collector, encoded once a tick for all tabs of the dashboard."""

from netmon_dashboard.hub.hub import Hub, TooManyTabs
from netmon_dashboard.hub.tab import Tab, TabClosed

__all__ = ["Hub", "Tab", "TabClosed", "TooManyTabs"]
