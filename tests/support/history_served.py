"""A HistoryService on a socket that answers with what a test gives it: the client's side of real gRPC."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc

from netmon import codec
from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    UsageAnswer,
    UsageKey,
    UsageRow,
    UsageSums,
)
from netmon.v1 import history_service_pb2 as pb
from netmon.v1 import history_service_pb2_grpc as pb_grpc

ANSWER = UsageAnswer(since_time=0.0, until_time=3600.0, bucket=BucketSize.HOUR, total=UsageSums(1, 2, 3, 4))
ITEMS = (
    ExportHeader(since_time=0.0, until_time=60.0, bucket=BucketSize.MINUTE, estimated_row_count=1),
    ExportBatch(rows=(UsageRow(0.0, UsageKey(user="anna"), UsageSums(1, 2, 3, 4)),), done_until_time=60.0),
    ExportEnd(row_count=1),
)


class FewAnswers(pb_grpc.HistoryServiceServicer):
    """Answers usage, exports and one refusal; the rest is not known, as of an older recorder."""

    def QueryUsage(self, request: pb.QueryUsageRequest, context: grpc.ServicerContext) -> pb.QueryUsageResponse:
        """Answer, or refuse a question with too many series."""
        if request.query.top > 1000:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "UsageQuery.top: more than 1,000")
        return pb.QueryUsageResponse(answer=codec.usage_answer_to_wire(ANSWER))

    def ExportUsage(
        self, request: pb.ExportUsageRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportUsageResponse]:
        """Stream three items."""
        return iter([codec.export_item_to_wire(item) for item in ITEMS])


@contextmanager
def served(path: Path) -> Generator[None]:
    """Serve until the block ends."""
    server = grpc.server(ThreadPoolExecutor(2))
    answers = FewAnswers()  # pyright: ignore[reportAbstractUsage] -- the rest is answered UNIMPLEMENTED
    pb_grpc.add_HistoryServiceServicer_to_server(answers, server)
    server.add_insecure_port(f"unix:{path}")
    server.start()
    try:
        yield
    finally:
        server.stop(None).wait()
