"""The dashboard: pages in the browser over one subscription to the collector."""

__all__: list[str] = []
