from dpkt.dpkt import Packet

ETH_TYPE_IP: int
ETH_TYPE_IP6: int
ETH_TYPE_ARP: int
ETH_TYPE_8021Q: int

class Ethernet(Packet):
    src: bytes
    dst: bytes
    type: int

class VLANtag8021Q(Packet): ...
