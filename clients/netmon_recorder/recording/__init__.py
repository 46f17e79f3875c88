"""From the collector's stream to batches for the store: deltas, minutes, gaps, and the loop that writes them."""

from netmon_recorder.recording.recorder import Recorder
from netmon_recorder.recording.recording import Recording

__all__ = ["Recorder", "Recording"]
