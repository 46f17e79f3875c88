from dpkt.dpkt import Packet

class ICMP(Packet):
    type: int
    code: int
    class Echo(Packet): ...
