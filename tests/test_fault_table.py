"""Each fault and each bad input, what must happen, and the tests that prove it: a row without proof is seen here.

The rows are those of the design. ``OPEN`` has what no test proves yet; ``BY_HAND`` what only another system or a person
can try, which SECURITY.md tells as untested.
"""

import ast
from functools import cache

import pytest

from tests.support.source_tree import ROOT

PROOFS: dict[str, tuple[str, ...]] = {
    "truncated, random or unknown-link frame: counted as malformed with a reason": (
        "collector/core/test_accounting.py::test_malformed_frames_are_counted_by_reason",
        "fuzz/test_frames_corpus.py::test_every_beginning_of_a_hostile_frame_gives_a_value",
        "fuzz/test_targets.py::test_every_kept_input_is_read_or_refused",
        "e2e/test_hostile_frames.py::test_hostile_frames_are_counted_and_hurt_nothing",
    ),
    "deep VLAN, IPv6 options, IP in IP: bounded work, the outer flow counts": (
        "fuzz/test_frames_corpus.py::test_a_hostile_frame_costs_bounded_work",
        "collector/core/test_frames.py::test_of_ip_in_ip_the_outer_packet_counts",
    ),
    "DNS pointer loop, 64 kB answer, bad labels: ignored, bounded": (
        "fuzz/test_names_corpus.py::test_a_hostile_input_costs_bounded_work",
        "collector/names/test_dns_names.py::test_the_work_on_one_message_is_bounded",
        "collector/names/test_dns.py::test_the_work_on_a_long_message_is_bounded",
    ),
    "forged DNS answer: ignored": (
        "collector/names/test_dns_ear.py::test_an_answer_nobody_asked_for_names_nothing_and_is_counted",
    ),
    "fragments: the first carries the ports, the rest follow it or count as fragments": (
        "collector/core/test_frames.py::test_a_first_fragment_has_ports_and_names_its_datagram",
        "collector/core/test_fragments.py::test_a_later_fragment_finds_its_first_one",
        "collector/core/test_flow_book.py::test_later_fragments_without_their_first_have_a_reason_of_their_own",
    ),
    "names with ESC, newline, bidi, bytes that are no text, megabytes: cleaned, cut, shown as text": (
        "netmon/model/test_text.py::test_whatever_comes_in_is_printable_short_and_fit_for_the_wire",
        "netmon/model/test_text.py::test_a_text_of_megabytes_costs_no_more_than_its_head",
        "collector/host/test_processes.py::test_hostile_names_come_out_printable",
        "clients/netmon_client/test_printable.py::test_what_a_terminal_would_act_on_is_written_out",
    ),
    "a process exits in the middle of a scan, is a zombie, or may not be read: it alone is left out": (
        "collector/host/test_holders.py::test_a_process_that_ends_in_the_middle_of_a_walk_is_skipped",
        "collector/host/test_processes.py::test_a_zombie_is_nobody",
        "collector/host/test_processes.py::test_a_process_that_is_gone_is_nobody",
        "collector/host/test_processes.py::test_without_rights_a_process_is_described_in_part",
    ),
    "pid or port used again: never the dead one's name": (
        "collector/host/test_holders.py::test_the_name_of_the_dead_never_goes_to_the_next_holder_of_its_pid",
        "collector/host/test_kernel_finder.py::test_a_pid_that_another_process_has_by_now_is_not_believed",
        "collector/core/test_attribution.py::test_the_same_pid_with_another_start_is_another_process",
        "collector/core/test_attribution.py::test_tcp_packets_after_a_restart_on_the_same_ports_are_not_the_former_owners",
    ),
    "a missing right: starts with what it can and says so; no right to capture: a clear refusal": (
        "collector/host/test_psutil_sockets.py::test_without_rights_others_sockets_are_listed_without_owner",
        "collector/host/test_listers.py::test_why_the_kernel_does_not_answer_is_said",
        "e2e/test_lifecycle.py::test_without_the_right_to_capture_it_exits_77_and_says_what_to_do",
    ),
    "other network namespaces: counted, with that reason, or named where we can enter": (
        "e2e/test_other_namespaces.py::test_its_connections_are_named_for_certain",
    ),
    "interface down, up, renamed, deleted, made again; another address: noticed in 2 s, no busy loop": (
        "e2e/test_interfaces.py::test_down_and_up_are_noticed_and_counting_goes_on",
        "e2e/test_interfaces.py::test_a_new_name_is_noticed_and_counting_goes_on",
        "e2e/test_interfaces.py::test_an_interface_that_is_deleted_and_made_again_is_noticed",
        "e2e/test_interfaces.py::test_a_change_of_address_is_noticed_and_the_direction_is_right",
        "e2e/test_interfaces.py::test_interfaces_that_change_all_the_time_make_no_busy_loop",
    ),
    "no traffic at all: heartbeats and the end still work": (
        "e2e/test_lifecycle.py::test_everything_works_with_no_traffic_at_all",
        "collector/server/test_monitor_service.py::test_silence_is_broken_by_heartbeats",
    ),
    "netlink overrun: listed anew, counted": (
        "collector/host/test_link_watch.py::test_lost_messages_are_a_change",
        "collector/host/test_process_events.py::test_what_the_kernel_had_no_room_for_is_counted",
        "collector/host/test_young_processes.py::test_what_the_kernel_had_no_room_for_is_listed",
        "collector/host/test_socket_endings.py::test_more_endings_than_there_is_room_for_are_counted_as_lost",
    ),
    "kernel drops: in every snapshot": (
        "e2e/test_packet_rate.py::test_every_packet_that_finds_no_room_is_reported",
    ),
    "SYN flood, port scan: memory flat, real flows kept, what is given up in a named remainder": (
        "collector/core/test_flow_table.py::test_a_flood_displaces_only_itself",
        "collector/core/test_probation.py::test_a_flood_of_any_kind_displaces_only_itself_and_the_sums_are_exact",
        "collector/core/test_probation.py::test_what_a_flood_moved_stands_with_the_listener_or_has_a_reason",
        "collector/core/test_questions.py::test_of_what_others_began_only_so_many_are_asked_for_in_a_second",
        "e2e/test_syn_flood.py::test_a_flood_of_syns_takes_no_real_connection_and_every_packet_is_accounted_for",
    ),
    "second collector, second recorder: exit 75 with the pid, the first untouched": (
        "e2e/test_lifecycle.py::test_a_second_collector_exits_75_and_the_first_goes_on",
        "clients/netmon_recorder/test_cli.py::test_a_second_recorder_is_75_with_the_pid_of_the_first",
    ),
    "stale socket, unclean stop: a normal start": (
        "e2e/test_lifecycle.py::test_what_a_killed_one_left_behind_does_not_hinder_the_next_start",
        "netmon/serving/test_host.py::test_after_a_kill_the_next_one_starts",
    ),
    "socket file removed: bound again in 2 s, old streams live on": (
        "netmon/serving/test_host.py::test_a_socket_that_was_removed_is_bound_again_and_old_streams_live_on",
        "e2e/test_restart.py::test_a_socket_file_that_was_removed_is_back_within_2_s",
    ),
    "wrong owner or mode of a directory, a link in its place: refused, says which": (
        "netmon/serving/test_directory.py::test_a_symbolic_link_in_its_place_is_refused",
        "netmon/serving/test_directory.py::test_a_directory_that_others_may_write_to_is_refused",
        "netmon/serving/test_directory.py::test_a_directory_of_somebody_else_is_refused",
    ),
    "silent or garbage connection: dropped in 3 s": (
        "netmon/serving/test_gate.py::test_silence_and_garbage_end_within_three_seconds",
    ),
    "slow reader: the newest, with what was skipped, and others are not held up": (
        "collector/server/test_monitor_service.py::test_a_reader_that_is_behind_does_not_delay_others",
        "collector/server/test_monitor_service.py::test_a_reader_that_is_behind_gets_a_gap_and_all_that_ended",
        "e2e/test_subscribers.py::test_a_client_that_was_stopped_for_a_while_misses_no_ended_connection",
        "clients/netmon_recorder/service/test_history_service.py::test_exports_that_nobody_reads_keep_others_from_nothing",
    ),
    "frozen reader: cut, memory bounded": (
        "collector/server/test_monitor_service.py::test_a_frozen_process_is_cut_and_gives_its_place_back",
        "e2e/test_soak.py::test_nothing_is_left_open_and_nothing_goes_wrong_under_churn",
    ),
    "too many subscribers: RESOURCE_EXHAUSTED, and health answers": (
        "collector/server/test_monitor_service.py::test_subscribers_over_the_limit_are_refused_while_all_else_answers",
    ),
    "oversized, negative or nonsensical request: INVALID_ARGUMENT that names the field": (
        "collector/server/test_monitor_service.py::test_nonsense_is_refused_by_the_name_of_its_field",
        "clients/netmon_recorder/service/test_history_service.py::test_nonsense_is_refused_by_the_name_of_its_field",
        "clients/netmon_recorder/store/test_exporting.py::test_an_export_since_1970_costs_no_more_than_one_of_what_is_kept",
    ),
    "collector killed or hung: clients say so, and resume within 3 s of its return": (
        "e2e/test_restart.py::test_a_stream_says_that_the_collector_is_gone_and_resumes_within_3_s_of_its_return",
        "clients/netmon_client/test_client.py::test_a_silent_collector_is_stale_then_given_up_and_found_again",
    ),
    "SIGTERM, SIGINT: streams end with the reason, exit within 1 s, socket gone": (
        "e2e/test_lifecycle.py::test_sigterm_ends_it_and_its_streams_within_a_second",
        "netmon/serving/test_calls.py::test_at_the_end_streams_are_told_and_single_calls_may_finish",
    ),
    "collector restarted: another instance, deltas anew, nothing negative": (
        "e2e/test_restart.py::test_the_sdk_tells_of_a_restart_and_of_the_new_instance",
        ("clients/netmon_recorder/recording/test_recording.py::"
        "test_a_restart_of_the_collector_makes_nothing_negative_or_double_and_is_a_gap"),
    ),
    "recorder killed: database intact, at most one batch lost": (
        ("clients/netmon_recorder/store/test_database.py::"
        "test_twenty_kills_while_writing_damage_nothing_and_lose_at_most_a_batch"),
        "e2e/test_recorder_faults.py::test_twenty_kills_lose_nothing_of_a_collector_that_runs_on",
    ),
    "disk full, quota reached: recovers by itself": (
        ("clients/netmon_recorder/store/test_database.py::"
        "test_a_full_disk_stops_the_writing_and_a_freed_one_lets_it_go_on"),
        "e2e/test_recorder_faults.py::test_a_full_disk_is_said_and_leaves_a_gap_and_a_freed_one_is_found_by_itself",
        "e2e/test_recorder_faults.py::test_a_quota_that_is_reached_makes_room_of_the_oldest_by_itself",
    ),
    "database damaged or of a newer version: set aside, or refused": (
        ("clients/netmon_recorder/store/test_database.py::"
        "test_a_damaged_page_is_found_after_an_unclean_end_and_the_file_set_aside"),
        "clients/netmon_recorder/store/test_database.py::test_a_newer_history_is_refused_and_not_touched",
    ),
    "long reader: the journal is bounded": (
        "e2e/test_recorder_faults.py::test_a_reader_that_never_ends_stops_the_writing_and_its_end_lets_it_go_on",
    ),
    "clock ± 1 h: nothing lost or doubled": (
        "e2e/test_recorder_faults.py::test_a_clock_that_is_set_on_or_back_by_an_hour_loses_and_doubles_nothing",
    ),
    "suspend, clock ± 1 h: rates and cadence unchanged, a sleep is marked as a gap": (
        "e2e/test_suspend.py::test_a_sleep_and_a_clock_that_is_set_change_no_rate_and_no_tick_and_a_sleep_is_a_gap",
    ),
    "dashboard from the LAN, or without its token: refused": (
        "clients/netmon_dashboard/test_guard.py::test_everything_else_is_refused",
        "clients/netmon_dashboard/test_guard.py::test_a_wrong_token_is_refused_even_with_the_cookie",
        "clients/netmon_dashboard/test_guard.py::test_the_token_opens_no_page_for_another_host",
    ),
    "one uid opens 1,000 connections: refused at its quota, others served": (
        "netmon/serving/test_gate.py::test_a_thousand_connections_of_one_user_shut_nobody_out",
    ),
    "root start from code that others can write: warned, or refused as a service": (
        "collector/test_own_code.py::test_started_by_hand_from_code_of_others_it_warns_once_and_says_it_in_the_status",
        "collector/test_own_code.py::test_as_a_service_it_refuses_to_run_code_of_others",
    ),
    "hostile working directory: ignored": (
        "e2e/test_lifecycle.py::test_it_starts_from_a_directory_with_hostile_modules",
    ),
    "a client that dies while it is written to: no fault of ours, nothing left open": (
        "e2e/test_soak.py::test_nothing_is_left_open_and_nothing_goes_wrong_under_churn",
        "e2e/test_restart.py::test_memory_and_descriptors_stay_flat_while_clients_are_killed",
    ),
    "nothing goes out": (
        ("e2e/test_nothing_goes_out.py::"
        "test_no_program_of_ours_names_a_peer_off_the_machine_nor_puts_a_frame_on_the_wire"),
    ),
    "hidepid=2: starts with what it can, says what is invisible and how to mend it": (
        "e2e/test_hidden_processes.py::test_started_by_root_it_names_the_processes_of_all_users",
        "e2e/test_hidden_processes.py::test_without_rights_it_says_what_it_cannot_see_and_how_to_mend_it",
    ),
    "/proc helper killed: said, restarted within 2 s, totals balance": (
        "e2e/test_privileges.py::test_a_helper_that_is_killed_is_said_and_back_within_two_seconds_and_nothing_is_lost",
        "e2e/test_privileges.py::test_a_helper_that_hangs_holds_up_neither_ticks_nor_calls_and_is_replaced",
        "e2e/test_privileges.py::test_each_process_that_is_killed_is_said_and_what_is_left_goes_on",
        "e2e/test_privileges.py::test_killing_the_main_process_leaves_no_process_and_no_program_in_the_kernel",
        "e2e/test_installation.py::test_a_service_that_cannot_find_owners_any_more_is_started_anew",
    ),
}  # fmt: skip

OPEN: dict[str, str] = {}

BY_HAND: tuple[str, ...] = ("macOS", "suspend", "WireGuard", "SCTP", "processors other than x86-64")
"""Words that SECURITY.md has in its list of what is untested."""


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("fault", PROOFS)
def test_every_proof_is_there(fault: str) -> None:
    assert PROOFS[fault]
    for proof in PROOFS[fault]:
        path, name = proof.split("::")
        assert name.startswith("test_")
        assert name in names_in(path), f"{fault}: {proof} is gone"


def test_a_row_is_proved_or_open_and_open_ones_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not PROOFS.keys() & OPEN.keys()
    assert all(OPEN.values())
    with capsys.disabled():
        print("".join(f"\nnot proved yet: {fault} ({reason})" for fault, reason in OPEN.items()))  # noqa: T201


def test_what_only_a_person_or_another_system_could_try_is_told() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    untested = text.partition("## Untested")[2].partition("\n## ")[0]
    assert [word for word in BY_HAND if word not in untested] == []
