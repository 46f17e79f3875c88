from dpkt.dpkt import Packet

class TCP(Packet):
    sport: int
    dport: int
    flags: int
    seq: int
    ack: int
    win: int

TH_FIN: int
TH_SYN: int
TH_RST: int
TH_PUSH: int
TH_ACK: int
