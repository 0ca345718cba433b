"""What a picture says of itself: its size, when and where it was taken (EXIF), and a hash that copies share."""

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from gongying.core.refusal import Refused
from gongying.engines import likeness

MOST_PIXELS = 60_000_000  # beyond that it is no photograph but a trap
FORMATS = ("JPEG", "PNG", "WEBP")
EXIF_PART, GPS_PART = 0x8769, 0x8825
TAKEN, CHANGED = 36867, 306  # DateTimeOriginal, DateTime


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: pixels, the clock of the camera (its own time, no zone) and the place in degrees where it says so, and the
    64-bit difference hash (None for one that shows next to nothing)."""

    width: int
    height: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    likeness: int | None


def look(data: bytes) -> Picture:
    """Read a picture. Raises Refused (field `file`) for what is none, or is too large to be a photograph."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as shown:
                if shown.width * shown.height > MOST_PIXELS:
                    raise _no()
                exif, size = _exif(shown), (shown.width, shown.height)
                shown.draft("L", (likeness.WIDTH * 16, likeness.HEIGHT * 16))
                upright = ImageOps.exif_transpose(shown).convert("L")
                small = upright.resize((likeness.WIDTH, likeness.HEIGHT), Image.Resampling.LANCZOS)
    except Refused:
        raise
    except Exception as fault:  # a broken file fails in as many ways as there are formats
        raise _no() from fault
    grey = list(small.tobytes())
    rows = [grey[at : at + likeness.WIDTH] for at in range(0, len(grey), likeness.WIDTH)]
    return Picture(*size, _taken(exif), *_place(exif), likeness.dhash(rows))


def bare(data: bytes) -> bytes:
    """A picture as JPEG without anything it says of itself: where, when, by whom and with what it was taken. Raises Refused for
    what is none."""
    look(data)
    held = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=FORMATS) as shown:
        plain = ImageOps.exif_transpose(shown).convert("RGB")
        clean = Image.frombytes("RGB", plain.size, plain.tobytes())
        clean.save(held, "JPEG", quality=88)
    return held.getvalue()


def _no() -> Refused:
    return Refused(
        _("This picture cannot be read."),
        code="picture",
        field="file",
        remedy=_("Send the photograph as the camera made it (JPG, PNG or WebP)."),
    )


def _exif(shown: Image.Image) -> dict[int, Any]:
    """The tags of a picture, those of the camera among them and those of the place under GPS_PART; broken ones are none."""
    try:
        held = shown.getexif()
        return dict(held) | dict(held.get_ifd(EXIF_PART)) | {GPS_PART: dict(held.get_ifd(GPS_PART))}
    except Exception:  # what a camera wrote wrongly is as good as not written
        return {}


def _taken(exif: dict[int, Any]) -> datetime | None:
    for tag in (TAKEN, CHANGED):
        try:
            return datetime.strptime(str(exif[tag])[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a camera knows no zone
        except (KeyError, ValueError):
            continue
    return None


def _place(exif: dict[int, Any]) -> tuple[float | None, float | None]:
    held = exif.get(GPS_PART) or {}
    try:
        lat, lon = _degrees(held[2], held[1], "S"), _degrees(held[4], held[3], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None, None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else (None, None)


def _degrees(parts: Any, half: Any, turned: str) -> float:
    """Degrees, minutes, seconds as one number, negative on the other half of the globe."""
    degrees, minutes, seconds = (float(part) for part in parts)
    found = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -found if str(half).strip("\0 ").upper() == turned else found
