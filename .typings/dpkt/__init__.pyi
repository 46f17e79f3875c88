"""dpkt ships no types: what the tests use of it as an oracle."""

from dpkt import ethernet as ethernet, icmp as icmp, icmp6 as icmp6, ip as ip, ip6 as ip6
from dpkt import pcap as pcap, sctp as sctp, sll as sll, tcp as tcp, udp as udp
from dpkt.dpkt import (
    Error as Error,
    NeedData as NeedData,
    Packet as Packet,
    UnpackError as UnpackError,
)
