"""Registrable domains: what somebody registered (``example.co.uk``), by the public suffix list.

The list comes with the library and is as old as the installed release; nothing is ever downloaded.
"""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList

KEPT_NAMES = 4_096
"""Names whose domain is remembered: asking the list costs 6 µs, remembering 0.1."""


class RegistrableDomains:
    """The list, read from the library's file when this is built (90 ms, 4.5 MB): build one, before rights are dropped.

    Suffixes that companies offer names under count too, as browsers count them: ``user.github.io`` is a domain of its
    own. An unknown top level (``.lan``) counts as a suffix.
    """

    __slots__ = ("_ask",)

    def __init__(self) -> None:
        self._ask = lru_cache(maxsize=KEPT_NAMES)(PublicSuffixList().privatesuffix)

    def of(self, name: str) -> str:
        """Give the registrable domain of ``name``; "" for what has none.

        That is an address, a single label, a suffix itself, and a service's name (``_ipp._tcp.local``).
        """
        if ":" in name or name.rpartition(".")[2].isdigit():
            return ""
        domain = self._ask(name)
        return "" if domain is None or domain.startswith("_") else domain
