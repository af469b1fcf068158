"""The table of cities against the time zone database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.presets import cities, city, find_cities, read_cities
from archviz.presets.cities import fold_name

HEADER = "name,country,latitude_deg,longitude_deg,time_zone,also\n"
# The 63 provinces and cities of Vietnam until July 2025, by their capitals.
CAPITALS = """
Long Xuyên, Bà Rịa, Bắc Giang, Bắc Kạn, Bạc Liêu, Bắc Ninh, Bến Tre, Quy Nhơn, Thủ Dầu Một, Đồng Xoài, Phan Thiết,
Cà Mau, Cần Thơ, Cao Bằng, Buôn Ma Thuột, Đà Nẵng, Gia Nghĩa, Điện Biên Phủ, Biên Hòa, Cao Lãnh, Pleiku, Hà Giang,
Phủ Lý, Hà Tĩnh, Hải Dương, Hải Phòng, Hà Nội, Thành phố Hồ Chí Minh, Vị Thanh, Hòa Bình, Huế, Hưng Yên, Nha Trang,
Rạch Giá, Kon Tum, Lai Châu, Đà Lạt, Lạng Sơn, Lào Cai, Tân An, Nam Định, Vinh, Ninh Bình, Phan Rang-Tháp Chàm,
Việt Trì, Tuy Hòa, Đồng Hới, Tam Kỳ, Quảng Ngãi, Hạ Long, Đông Hà, Sóc Trăng, Sơn La, Tây Ninh, Thái Bình,
Thái Nguyên, Thanh Hóa, Mỹ Tho, Trà Vinh, Tuyên Quang, Vĩnh Long, Vĩnh Yên, Yên Bái
"""


def _zone_table() -> Iterator[tuple[str, float, float, str]]:
    """Country, latitude, longitude and zone of every row of the database's ``zone.tab``."""
    paths = [Path(folder) / "zone.tab" for folder in TZPATH]
    found = next((path for path in paths if path.is_file()), None)
    text = found.read_text("utf-8") if found else (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        country, place, zone = line.split("\t")[:3]
        parts = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?([+-])(\d\d\d)(\d\d)(\d\d)?", place)
        assert parts is not None
        degrees = [
            (-1 if sign == "-" else 1) * (int(d) + int(m) / 60 + int(s or 0) / 3600)
            for sign, d, m, s in (parts.groups()[:4], parts.groups()[4:])
        ]
        yield country, degrees[0], degrees[1], zone


ZONES = {zone: (country, latitude, longitude) for country, latitude, longitude, zone in _zone_table()}


def test_there_are_enough_and_all_of_vietnam_s_capitals() -> None:
    assert len(cities()) >= 300
    capitals = [name.strip() for name in CAPITALS.replace("\n", " ").split(",")]
    assert len(capitals) == len(set(capitals)) == 63
    for name in capitals:
        found = city(name)
        assert found.country == "VN" and name in (found.name, *found.also)
        assert 8.5 < found.latitude_deg < 23.4 and 102.1 < found.longitude_deg < 109.5, name
    # No two of them are one point under two names.
    assert len({(city(name).latitude_deg, city(name).longitude_deg) for name in capitals}) == 63


def test_a_city_keeps_the_clock_of_its_country_and_longitude() -> None:
    zones = available_timezones()
    for entry in cities():
        assert entry.time_zone in zones, entry.label
        assert ZONES[entry.time_zone][0] == entry.country, entry.label
        for month in (1, 7):
            offset = datetime(2025, month, 1, tzinfo=UTC).astimezone(ZoneInfo(entry.time_zone)).utcoffset()
            assert offset is not None
            apart = (offset.total_seconds() / 3600 - entry.longitude_deg / 15 + 12) % 24 - 12
            assert abs(apart) <= 3.5, entry.label
        for degrees in (entry.latitude_deg, entry.longitude_deg):
            assert round(degrees, 2) == degrees, entry.label


def test_cities_that_name_their_zone_lie_where_the_database_has_them() -> None:
    checked = 0
    for entry in cities():
        _, latitude, longitude = ZONES[entry.time_zone]
        names = {fold_name(name) for name in (entry.name, *entry.also)}
        # The database gives Longyearbyen in whole degrees.
        if fold_name(entry.time_zone.rsplit("/", 1)[-1]) in names and entry.name != "Longyearbyen":
            assert abs(entry.latitude_deg - latitude) < 0.2 and abs(entry.longitude_deg - longitude) < 0.2, entry.label
            checked += 1
    assert checked > 150


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ho chi minh city", "Ho Chi Minh City, VN"),
        ("Thành phố Hồ Chí Minh", "Ho Chi Minh City, VN"),
        ("THANH PHO HO CHI MINH", "Ho Chi Minh City, VN"),
        ("saigon", "Ho Chi Minh City, VN"),
        ("Sài Gòn", "Ho Chi Minh City, VN"),
        ("da lat", "Da Lat, VN"),
        ("Đà Lạt", "Da Lat, VN"),
        ("dalat", "Da Lat, VN"),
        ("hà nội, vn", "Hanoi, VN"),
        ("San Jose, CR", "San Jose, CR"),
        ("San José, us", "San Jose, US"),
        ("münchen", "Munich, DE"),
        ("Wroclaw", "Wroclaw, PL"),
        ("xian", "Xi'an, CN"),
    ],
)
def test_a_city_is_found_with_and_without_marks_and_case(text: str, label: str) -> None:
    assert city(text).label == label


def test_every_label_leads_back_to_its_city() -> None:
    assert all(city(entry.label) == entry for entry in cities())


def test_what_is_unknown_or_ambiguous_is_said() -> None:
    with pytest.raises(OptionError, match=r"2 cities; give \"San Jose, US\" or \"San Jose, CR\""):
        city("san jose")
    with pytest.raises(OptionError, match=r"'Ha Nooi' is not known, the nearest are Hanoi, VN"):
        city("Ha Nooi")
    with pytest.raises(OptionError, match=r"'Paris, US' is not known, the nearest are Paris, FR"):
        city("Paris, US")
    with pytest.raises(OptionError, match="not known, none is near; archviz cities lists all"):
        city("?")


def test_cities_are_found_by_part_and_by_country() -> None:
    assert [c.name for c in find_cities("buôn ma")] == ["Buon Ma Thuot"]
    assert {c.country for c in find_cities("FR")} == {"FR"} and city("Lyon") in find_cities("FR")


def test_a_city_s_place_has_its_clock() -> None:
    place = city("Kathmandu").place
    assert (place.latitude_deg, place.longitude_deg) == (27.71, 85.32)
    assert (place.time_zone, place.name) == ("Asia/Kathmandu", "Kathmandu, NP")


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ("Hue,VN,16.46,107.59,Asia/Ho_Chi_Minh\n", ["line 2", "5 values"]),
        ("Hue,vn,16.46,107.59,Asia/Ho_Chi_Minh,\n", ["line 2", "'vn'", "ISO 3166"]),
        ("Hue,VN,96.46,107.59,Asia/Ho_Chi_Minh,\n", ["line 2", "96.46", "-90 to 90"]),
        ("Hue,VN,north,107.59,Asia/Ho_Chi_Minh,\n", ["line 2", "north"]),
        ("Hue,VN,16.46,107.59,+07:00,\n", ["line 2", "'+07:00'", "IANA"]),
        (",VN,16.46,107.59,Asia/Ho_Chi_Minh,\n", ["line 2", "no letter"]),
        ("Hue,VN,1,2,Asia/Tokyo,\nHUẾ,VN,1,2,Asia/Tokyo,\n", ["line 3", "twice"]),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, rows: str, parts: list[str]) -> None:
    path = tmp_path / "cities.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(OptionError) as caught:
        read_cities(path)
    assert all(part in str(caught.value) for part in ["cities.csv", *parts]), caught.value


@pytest.mark.parametrize("data", [b"", b"name,land\n", b"\xff\xfe", b'"'])
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cities.csv"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="correct the file"):
        read_cities(path)
    with pytest.raises(FileFormatError, match="reinstall"):
        read_cities(tmp_path / "none.csv")
