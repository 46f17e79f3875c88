from dpkt.dpkt import Packet

class SLL(Packet):
    type: int
    ethtype: int
