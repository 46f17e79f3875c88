"""Hours of churn around all programs at once: ``python -m tests.soak --hours 24``, ``make soak HOURS=24``."""
