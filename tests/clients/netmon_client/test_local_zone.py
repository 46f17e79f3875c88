import shutil
import zoneinfo
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from netmon_client.local_zone import local_zone_name, zone_of

KATHMANDU = resources.files("tzdata") / "zoneinfo" / "Asia" / "Kathmandu"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Path]:
    """Give the only directory of zones of this machine, with one zone under two names."""
    directory = tmp_path / "zoneinfo"
    (directory / "Asia").mkdir(parents=True)
    with resources.as_file(KATHMANDU) as file:
        shutil.copy(file, directory / "Asia" / "Kathmandu")
        shutil.copy(file, directory / "Asia" / "Katmandu")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[directory])
    yield directory
    zoneinfo.reset_tzpath(to=before)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (":Asia/Kathmandu", "Asia/Kathmandu"),
        ("/usr/share/zoneinfo/Asia/Kathmandu", "Asia/Kathmandu"),
        ("no/such/zone", ""),
        ("CET-1CEST,M3.5.0,M10.5.0/3", ""),
        ("/etc/passwd", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_the_zone_is_that_of_tz(wanted: str, name: str) -> None:
    assert local_zone_name({"TZ": wanted}) == name


def test_without_tz_it_is_what_localtime_leads_to(places: Path, tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to(places / "Asia" / "Katmandu")
    assert local_zone_name({}, link) == "Asia/Katmandu"
    assert local_zone_name({"TZ": ""}, link) == "Asia/Katmandu"


def test_a_copy_is_known_by_its_rules(places: Path, tmp_path: Path) -> None:
    copy = tmp_path / "localtime"
    shutil.copy(places / "Asia" / "Kathmandu", copy)
    assert local_zone_name({}, copy) == "Asia/Kathmandu"
    copy.write_bytes(copy.read_bytes()[:-1])
    assert local_zone_name({}, copy) == ""


def test_debians_link_to_the_machines_own_zone_names_none(places: Path, tmp_path: Path) -> None:
    copy = tmp_path / "localtime"
    shutil.copy(places / "Asia" / "Kathmandu", copy)
    for name in ("Kathmandu", "Katmandu"):
        (places / "Asia" / name).unlink()
    (places / "localtime").symlink_to(copy)
    assert local_zone_name({}, copy) == ""


def test_where_nothing_says_it_it_is_utc_and_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    assert local_zone_name({}, tmp_path / "none") == "UTC"
    assert local_zone_name({}, tmp_path) == ""


@pytest.mark.parametrize("name", ["", "/etc/passwd", "Europe", "no/such/zone"])
def test_what_is_no_zone_is_that_of_the_system(name: str) -> None:
    assert zone_of(name) is None
