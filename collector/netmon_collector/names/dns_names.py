"""The names in a DNS message, compressed by pointers (RFC 1035, 4.1.4)."""

from netmon_collector.names.host_name import MAX_NAME_BYTES, is_plain, joined, label_text

MAX_STEPS = 320
"""Labels and pointers that one message may cost, 1 to 2 µs each. 64 aliases, all names of their own, take 256."""

_ESCAPED_STEPS = 8
"""What a label costs that must be escaped byte by byte."""

_Suffix = tuple[str, int]  # its text ("" for the root), and its length on the wire


class NameReader:
    """Reads names of one message; what a pointer leads to is decoded once."""

    __slots__ = ("_data", "_known", "_names", "_steps")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, _Suffix] = {}  # by where it begins
        self._names: dict[int, str] = {}  # whole ones by where they begin
        self._steps = MAX_STEPS

    def spend(self, steps: int = 1) -> None:
        """Take steps of what the message may cost. Raises ValueError when they are used up."""
        self._steps -= steps
        if self._steps < 0:
            raise ValueError("this message costs too much work")

    def read(self, offset: int) -> tuple[str, int]:
        """Give the name at ``offset`` ("." for the root), and the offset behind it. Raises ValueError."""
        # Most names in an answer are one pointer, to the same place.
        names = self._names
        pointed = int.from_bytes(self._data[offset : offset + 2]) - 0xC000
        if pointed in names:
            return names[pointed], offset + 2
        name, end = self._read_plain(offset)
        if not name:
            name, end = self._walk(offset)
        names[pointed if pointed >= 0 else offset] = name
        return name, end

    def _read_plain(self, offset: int) -> tuple[str, int]:
        """The same for most names, in which nothing points away and nothing is escaped; "" for all others."""
        data = self._data
        labels: list[str] = []
        position = offset
        while 0 < (size := data[position] if position < len(data) else 0x80) < 0x40:
            label = data[position + 1 : position + 1 + size]
            if not is_plain(label):
                return "", offset
            labels.append(label.decode("ascii").lower())
            position += 1 + size
        length = position + 1 - offset
        if size or not labels or length > MAX_NAME_BYTES:
            return "", offset
        self.spend(len(labels) + 1)
        name = ".".join(labels)
        self._known[offset] = (name, length)
        return name, position + 1

    def _walk(self, offset: int) -> tuple[str, int]:
        data, known = self._data, self._known
        end = -1  # behind the name: known at its first pointer or at its end
        segment = offset  # where the bytes begin that the last pointer led to
        labels: list[str] = []
        begins = [(offset, 0, 0)]  # where it begins, how many labels and bytes stand before it
        length = 0
        suffix: _Suffix = ("", 1)
        position = offset
        while True:
            self.spend()
            size = data[position] if position < len(data) else 0x80
            if size == 0:
                break
            if size < 0x40:
                label = data[position + 1 : position + 1 + size]
                if is_plain(label):
                    labels.append(label.decode("ascii").lower())
                else:
                    self.spend(_ESCAPED_STEPS)
                    labels.append(label_text(label))
                position += 1 + size
                length += 1 + size
            elif size >= 0xC0 and position + 1 < len(data):
                if end < 0:
                    end = position + 2
                position = (size & 0x3F) << 8 | data[position + 1]
                # A name that was there before (so says the RFC); going back each time, no loop can be built.
                if position >= segment:
                    raise ValueError("a pointer that does not lead back")
                segment = position
                if position in known:
                    suffix = known[position]
                    break
                begins.append((position, len(labels), length))
            else:
                raise ValueError("a name that is cut off, or a label of an unknown kind")
            if length + suffix[1] > MAX_NAME_BYTES:
                raise ValueError("a name of more than 255 bytes")
        return self._keep(labels, begins, length, suffix), end if end >= 0 else position + 1

    def _keep(self, labels: list[str], begins: list[tuple[int, int, int]], length: int, suffix: _Suffix) -> str:
        """Give the whole name, and remember what later pointers may lead to."""
        length += suffix[1]
        if length > MAX_NAME_BYTES:
            raise ValueError("a name of more than 255 bytes")
        if suffix[0]:
            labels.append(suffix[0])
        for begin, labels_before, bytes_before in begins:
            self._known[begin] = (".".join(labels[labels_before:]), length - bytes_before)
        return joined(labels)

    def skip(self, offset: int) -> int:
        """Give the offset behind the name at ``offset`` without reading it. Raises ValueError where it is cut off."""
        data = self._data
        while True:
            self.spend()
            size = data[offset] if offset < len(data) else 0x80
            if size == 0:
                return offset + 1
            if size >= 0xC0:
                return offset + 2
            if size >= 0x40:
                raise ValueError("a name that is cut off, or a label of an unknown kind")
            offset += 1 + size
