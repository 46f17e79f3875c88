"""Server reflection (grpc.reflection.v1alpha): what a service offers, for grpcurl and its like.

Apart from the rest, since grpcio-reflection is not part of the bare installation.
"""

from collections.abc import Sequence
from typing import cast

from google.protobuf.descriptor import ServiceDescriptor
from grpc_reflection.v1alpha import _async as reflection_async
from grpc_reflection.v1alpha import reflection, reflection_pb2

from netmon.serving.health import HEALTH_SERVICE
from netmon.serving.service import Service, build_service


def reflection_service(names: Sequence[str]) -> Service:
    """Give the service that tells of the services with these full names, of health and of itself."""
    servicer = reflection_async.ReflectionServicer((*names, HEALTH_SERVICE, reflection.SERVICE_NAME))
    descriptor = cast("ServiceDescriptor", reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"])
    return build_service(descriptor, servicer)
