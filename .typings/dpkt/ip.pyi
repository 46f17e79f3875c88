from dpkt.dpkt import Packet

IP_PROTO_ICMP: int
IP_PROTO_TCP: int
IP_PROTO_UDP: int
IP_PROTO_ICMP6: int
IP_PROTO_SCTP: int

class IP(Packet):
    src: bytes
    dst: bytes
    p: int
    len: int
    id: int
    ttl: int
    mf: int
    offset: int
