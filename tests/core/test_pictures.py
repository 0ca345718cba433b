"""What a picture says of itself: size, camera, place, likeness; and what is no picture."""

import io
from datetime import datetime

import pytest
from PIL import Image

from gongying.core.files.pictures import look
from gongying.core.refusal import Refused
from gongying.engines.likeness import distance


def saved(shown, kind="JPEG", **more):
    out = io.BytesIO()
    shown.save(out, kind, **more)
    return out.getvalue()


def stripes(size=(640, 480)):
    shown = Image.new("L", size)
    wide = size[0] // 8
    for n in range(9):
        shown.paste(n * 37 % 251, (n * wide, 0, (n + 1) * wide, size[1]))
    return shown.convert("RGB")


def tagged(**gps):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:07:09 08:30:00"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 30.0), 3: "W", 4: (70.0, 30.0, 0.0)} | gps)
    return exif


def test_time_and_place_are_read_from_the_tags_on_every_half_of_the_globe():
    seen = look(saved(stripes(), exif=tagged()))
    assert (seen.width, seen.height) == (640, 480)
    assert seen.taken_at == datetime(2026, 7, 9, 8, 30)  # noqa: DTZ001 - a camera knows no zone
    assert (seen.latitude, seen.longitude) == (-33.858333, -70.5)


def test_a_picture_without_tags_or_with_broken_ones_says_nothing_of_time_and_place():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "yesterday"
    for more in ({}, {"exif": exif}, {"exif": b"Exif\0\0nonsense"}):
        seen = look(saved(stripes(), **more))
        assert (seen.taken_at, seen.latitude, seen.longitude) == (None, None, None)


def test_the_same_picture_smaller_and_worse_is_like_itself_and_turned_upright_first():
    whole, small = look(saved(stripes())), look(saved(stripes((200, 150)), quality=30))
    assert distance(whole.likeness, small.likeness) <= 4
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    lying = look(saved(stripes().rotate(90, expand=True), exif=turned))
    assert distance(whole.likeness, lying.likeness) <= 4
    assert look(saved(stripes(), "PNG")).likeness is not None


def test_a_white_page_is_like_no_other():
    assert look(saved(Image.new("RGB", (300, 300), "white"))).likeness is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"%PDF-1.4", b"GIF89a", saved(stripes())[:900]])
def test_what_is_no_whole_picture_is_refused(data):
    with pytest.raises(Refused) as no:
        look(data)
    assert (no.value.code, no.value.field) == ("picture", "file")


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(Refused):
        look(saved(Image.new("1", (20_000, 20_000)), "PNG"))
