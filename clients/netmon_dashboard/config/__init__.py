"""The Config page: upkeep of history, export, alerts; the view's own settings and the collector are its component's."""
