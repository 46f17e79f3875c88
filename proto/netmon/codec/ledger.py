"""Accounts of interfaces, between the model and the wire."""

from netmon.codec.traffic import REASON_NUMBERS, reason_from_wire
from netmon.codec.values import finite, needed, time_from_wire, time_to_wire
from netmon.model import InterfaceLedger, LedgerReason, LedgerSums
from netmon.v1 import ledger_pb2 as pb


def ledger_sums_to_wire(sums: LedgerSums) -> pb.LedgerSums:
    """Give the wire form."""
    return pb.LedgerSums(
        system_bytes=sums.system_bytes,
        system_packets=sums.system_packets,
        attributed_bytes=sums.attributed_bytes,
        attributed_packets=sums.attributed_packets,
        unattributed=[
            pb.LedgerReason(
                reason=REASON_NUMBERS[each.reason], byte_count=each.byte_count, packet_count=each.packet_count
            )
            for each in sums.unattributed
        ],
        link_header_bytes=sums.link_header_bytes,
        non_ip_bytes=sums.non_ip_bytes,
        non_ip_packets=sums.non_ip_packets,
        merged_packets=sums.merged_packets,
        merged_header_bytes=sums.merged_header_bytes,
        dropped_packets=sums.dropped_packets,
        difference_bytes=sums.difference_bytes,
        difference_packets=sums.difference_packets,
    )


def ledger_sums_from_wire(wire: pb.LedgerSums) -> LedgerSums:
    """Give the model form; zeros for an absent message."""
    return LedgerSums(
        system_bytes=wire.system_bytes if wire.HasField("system_bytes") else None,
        system_packets=wire.system_packets if wire.HasField("system_packets") else None,
        attributed_bytes=wire.attributed_bytes,
        attributed_packets=wire.attributed_packets,
        unattributed=tuple(
            LedgerReason(
                reason=reason_from_wire(each.reason), byte_count=each.byte_count, packet_count=each.packet_count
            )
            for each in wire.unattributed
        ),
        link_header_bytes=wire.link_header_bytes,
        non_ip_bytes=wire.non_ip_bytes,
        non_ip_packets=wire.non_ip_packets,
        merged_packets=wire.merged_packets,
        merged_header_bytes=wire.merged_header_bytes,
        dropped_packets=wire.dropped_packets,
        difference_bytes=wire.difference_bytes,
        difference_packets=wire.difference_packets,
    )


def interface_ledger_to_wire(ledger: InterfaceLedger) -> pb.InterfaceLedger:
    """Give the wire form."""
    return pb.InterfaceLedger(
        name=ledger.name,
        total=ledger_sums_to_wire(ledger.total),
        interval=ledger_sums_to_wire(ledger.interval),
        interval_seconds=ledger.interval_seconds,
        since_time=time_to_wire(ledger.since_time),
        remark=ledger.remark,
    )


def interface_ledger_from_wire(wire: pb.InterfaceLedger) -> InterfaceLedger:
    """Give the model form. Raises ValueError without a name, or for an interval that is no finite number."""
    return InterfaceLedger(
        name=needed(wire.name, "InterfaceLedger.name"),
        total=ledger_sums_from_wire(wire.total),
        interval=ledger_sums_from_wire(wire.interval),
        interval_seconds=finite(wire.interval_seconds, "InterfaceLedger.interval_seconds"),
        since_time=time_from_wire(wire.since_time, "InterfaceLedger.since_time"),
        remark=wire.remark,
    )
