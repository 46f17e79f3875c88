"""What was seen of a flow, found by the endpoints that a capture or a program gives it."""

import ipaddress

from tests.support.capture_truth import Truth
from tests.support.observation import Outcome
from tests.support.stream_reader import Seen
from tests.support.traffic import MovedFlow


def own_ends(truth: Truth, own: set[str]) -> set[tuple[str, str, str]]:
    """Give (protocol, local, remote) of every TCP and UDP flow of a capture, seen from the ends that are ``own``."""
    ends: set[tuple[str, str, str]] = set()
    for protocol, source, destination in truth.ip_bytes:
        if protocol in {"tcp", "udp"}:
            ends |= {(protocol, source, destination)} if _address(source) in own else set()
            ends |= {(protocol, destination, source)} if _address(destination) in own else set()
    return ends


def _address(endpoint: str) -> str:
    return endpoint.rpartition(":")[0].strip("[]") if "]" in endpoint or endpoint.count(":") == 1 else endpoint


def row_of(outcome: Outcome, flow: MovedFlow) -> Seen:
    """Give what was seen of a program's flow; one bound to any address is found by its port."""
    seen = outcome.seen.get((flow.protocol, flow.local, flow.remote))
    if seen is not None:
        return seen
    address, _, port = flow.local.rpartition(":")
    assert ipaddress.ip_address(address.strip("[]")).is_unspecified, f"no row for {flow}"
    [found] = [
        one
        for (protocol, local, remote), one in outcome.seen.items()
        if protocol == flow.protocol and remote == flow.remote and local and local.endswith(f":{port}")
    ]
    return found
