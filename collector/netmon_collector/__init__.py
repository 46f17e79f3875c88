"""The root side: captures packets, finds their owners and serves snapshots."""
