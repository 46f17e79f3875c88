"""The recorder: follows the collector's stream, keeps history, and serves it."""

__all__: list[str] = []
