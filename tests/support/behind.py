"""A third namespace behind the near side of a stage, as a container's is: its traffic passes the machine."""

from collections.abc import Generator
from contextlib import contextmanager

from tests.support.namespaces import VethEnd, namespace
from tests.support.stage import Stage

IPV4, GATEWAY = "198.18.5.2", "198.18.5.1"
_IPV6, _GATEWAY6 = "fd00:5::2", "fd00:5::1"


@contextmanager
def behind(stage: Stage, outer_name: str = "box0") -> Generator[VethEnd]:
    """Connect a new namespace to the near side, which passes its packets on to the far side and back."""
    near, far = stage.near.namespace, stage.far.namespace
    with namespace("nmbox") as inside:
        near.ip("link", "add", outer_name, "type", "veth", "peer", "name", "eth0", "netns", inside.name)
        for place, name, ipv4, ipv6 in ((near, outer_name, GATEWAY, _GATEWAY6), (inside, "eth0", IPV4, _IPV6)):
            place.ip("link", "set", name, "addrgenmode", "none")
            place.ip("address", "add", f"{ipv4}/24", "dev", name)
            place.ip("address", "add", f"{ipv6}/64", "dev", name, "nodad")
            place.ip("link", "set", name, "up")
        inside.ip("route", "add", "default", "via", GATEWAY)
        near.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        far.ip("route", "add", "198.18.5.0/24", "via", stage.near.ipv4)
        yield VethEnd(namespace=inside, interface="eth0", ipv4=IPV4, ipv6=_IPV6)
