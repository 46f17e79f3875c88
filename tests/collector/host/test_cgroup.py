import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.host.cgroup import parse_control_groups

ID = "3f2a9c0b1d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
POD = "kubepods-burstable-pod1234_5678.slice"


@pytest.mark.parametrize(
    ("text", "unit", "container"),
    [
        ("0::/", "", ""),
        ("", "", ""),
        ("0::/system.slice/nginx.service", "nginx.service", ""),
        ("0::/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", ""),
        ("0::/user.slice/user-1000.slice/session-3.scope", "session-3.scope", ""),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-12.scope",
            "app-firefox-12.scope",
            "",
        ),
        ("0::/user.slice/user-1000.slice", "", ""),
        ("1:name=systemd:/system.slice/cron.service\n0::/", "cron.service", ""),
        ("5:cpu:/system.slice/x.service\n0::/", "", ""),
        (f"0::/system.slice/docker-{ID}.scope", f"docker-{ID}.scope", ID[:12]),
        (f"12:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}", "", ID[:12]),
        (f"0::/docker/{ID}/system.slice/sshd.service", "sshd.service", ID[:12]),
        (f"0::/machine.slice/libpod-{ID}.scope/container", f"libpod-{ID}.scope", ID[:12]),
        (f"0::/machine.slice/libpod-conmon-{ID}.scope", f"libpod-conmon-{ID}.scope", ""),
        (f"0::/kubepods/besteffort/pod1234-56/{ID}", "", ID[:12]),
        (f"0::/kubepods.slice/{POD}/cri-containerd-{ID}.scope", f"cri-containerd-{ID}.scope", ID[:12]),
        (f"0::/system.slice/containerd.service/{POD}:cri-containerd:{ID}", "containerd.service", ID[:12]),
        (f"0::/kubepods.slice/{POD}/crio-{ID}.scope", f"crio-{ID}.scope", ID[:12]),
        ("0::/lxc.payload.web1/system.slice/a.service", "a.service", "web1"),
        ("4:memory:/lxc/web1", "", "web1"),
        ("0::/machine.slice/machine-deb\\x2d12.scope/payload", "machine-deb\\x2d12.scope", "deb-12"),
        ("0::/machine.slice/systemd-nspawn@web.service", "systemd-nspawn@web.service", "web"),
        ("0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "machine-qemu\\x2d1\\x2dvm.scope", ""),
        ("nonsense\n0::/a.service", "a.service", ""),
    ],
)
def test_a_process_belongs_to_a_unit_and_a_container(text: str, unit: str, container: str) -> None:
    found = parse_control_groups(text)
    assert (found.unit, found.container) == (unit, container)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_gives_clean_names(text: str) -> None:
    found = parse_control_groups(f"0::/lxc/{text}/{text}.service\n{text}")
    assert found.unit.isprintable()
    assert found.container.isprintable()
    assert len(found.unit) <= 256
    assert len(found.container) <= 256
