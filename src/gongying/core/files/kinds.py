"""What a file is by its first bytes, whatever its name says."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

MARKS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
}


def of_head(head: bytes) -> str:
    """The content type of a picture or PDF by its first 16 bytes, "" for anything else.

    >>> of_head(b"%PDF-1.7"), of_head(b"RIFF\\x00\\x00\\x00\\x00WEBPVP8 "), of_head(b"MZ")
    ('application/pdf', 'image/webp', '')
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in MARKS.items() if head.startswith(mark)), "")


def of_sent(sent: "UploadedFile[Any]") -> str:
    """The same of a file that was sent; it is read from its beginning afterwards."""
    head = sent.read(16)
    sent.seek(0)
    return of_head(head)
