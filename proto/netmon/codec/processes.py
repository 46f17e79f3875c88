"""Processes and applications, between the model and the wire."""

from netmon.codec.traffic import traffic_from_wire, traffic_to_wire
from netmon.codec.values import needed, optional_time_to_wire, time_from_wire, time_to_wire
from netmon.model import Application, Process
from netmon.v1 import connection_pb2 as pb


def process_to_wire(process: Process) -> pb.Process:
    """Give the wire form. Raises ValueError for text that UTF-8 cannot hold (lone surrogates)."""
    return pb.Process(
        id=process.id,
        pid=process.pid,
        start_time=time_to_wire(process.start_time),
        name=process.name,
        executable=process.executable,
        user=process.user,
        uid=process.uid,
        parent_pid=process.parent_pid,
        parent_name=process.parent_name,
        command_line=process.command_line,
        application_id=process.application_id,
        application_name=process.application_name,
        application_path=process.application_path,
        unit=process.unit,
        container=process.container,
    )


def process_from_wire(wire: pb.Process) -> Process:
    """Give the model form. Raises ValueError without an identity: id and start time."""
    if not wire.HasField("start_time"):
        raise ValueError("Process.start_time: missing")
    return Process(
        id=needed(wire.id, "Process.id"),
        pid=wire.pid,
        start_time=time_from_wire(wire.start_time, "Process.start_time"),
        name=wire.name,
        executable=wire.executable,
        user=wire.user,
        uid=wire.uid if wire.HasField("uid") else None,
        parent_pid=wire.parent_pid,
        parent_name=wire.parent_name,
        command_line=wire.command_line,
        application_id=wire.application_id,
        application_name=wire.application_name,
        application_path=wire.application_path,
        unit=wire.unit,
        container=wire.container,
    )


def application_to_wire(application: Application) -> pb.Application:
    """Give the wire form."""
    return pb.Application(
        id=application.id,
        name=application.name,
        path=application.path,
        traffic=traffic_to_wire(application.traffic),
        connection_count=application.connection_count,
        listening_count=application.listening_count,
        process_count=application.process_count,
        remote_count=application.remote_count,
        users=application.users,
        first_time=time_to_wire(application.first_time),
        last_time=optional_time_to_wire(application.last_time),
        is_browser=application.is_browser,
    )


def application_from_wire(wire: pb.Application) -> Application:
    """Give the model form. Raises ValueError without an id."""
    return Application(
        id=needed(wire.id, "Application.id"),
        name=wire.name,
        path=wire.path,
        traffic=traffic_from_wire(wire.traffic),
        connection_count=wire.connection_count,
        listening_count=wire.listening_count,
        process_count=wire.process_count,
        remote_count=wire.remote_count,
        users=tuple(wire.users),
        first_time=time_from_wire(wire.first_time, "Application.first_time"),
        last_time=(time_from_wire(wire.last_time, "Application.last_time") if wire.HasField("last_time") else None),
        is_browser=wire.is_browser,
    )
