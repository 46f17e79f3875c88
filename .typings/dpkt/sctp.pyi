from dpkt.dpkt import Packet

class SCTP(Packet):
    sport: int
    dport: int
