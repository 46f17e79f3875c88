from pathlib import Path
from typing import Any

import grpc.aio
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from netmon.serving import ServiceHost
from netmon.serving.reflection import reflection_service
from netmon.v1 import monitor_service_pb2


async def test_a_service_can_be_asked_what_it_is(tmp_path: Path) -> None:
    name = monitor_service_pb2.DESCRIPTOR.services_by_name["MonitorService"].full_name
    host = ServiceHost(path=tmp_path / "r.sock", services=[reflection_service([name])])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as aio_channel:
        channel: Any = aio_channel  # the stubs of grpcio-reflection know the other kind of channel only
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
        requests = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol=name),
        ]
        listed, described = [answer async for answer in stub.ServerReflectionInfo(iter(requests))]
        assert name in [service.name for service in listed.list_services_response.service]
        files = [
            FileDescriptorProto.FromString(encoded)
            for encoded in described.file_descriptor_response.file_descriptor_proto
        ]
        assert "netmon/v1/monitor_service.proto" in [file.name for file in files]
    await host.stop()
