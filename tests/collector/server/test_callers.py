from pathlib import Path

from netmon.v1 import monitor_service_pb2 as pb
from netmon.v1 import status_pb2
from tests.support.served_collector import served
from tests.support.tick_source import TickSource


async def test_who_may_open_the_socket_sees_and_may_do_everything_and_is_told_why(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        caller = (await both.monitor().GetStatus(pb.GetStatusRequest())).status.caller
        assert not caller.HasField("uid")
        assert caller.sees == status_pb2.VISIBILITY_ALL
        assert caller.may_control
        assert caller.reason == "whoever may open the socket, by its owner and group, sees everything and may control"
