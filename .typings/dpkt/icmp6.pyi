from dpkt.dpkt import Packet

class ICMP6(Packet):
    type: int
    code: int
    class Echo(Packet): ...
