"""Hand in archives of overlapping, encrypted, nested and renamed members."""

import io
import struct
import tarfile
import zipfile

from tests.attacks.spoils_an_archive import collected, packed

STOCK = "it is about the archive that an LMS gives, before any grading"
FIRST = 'print("TRIED")'


def entry(name, content="x", **more):
    """Return an archive of one member, with odd properties."""
    info = zipfile.ZipInfo(name, more.pop("date", (2020, 1, 1, 0, 0, 0)))
    for key, value in more.items():
        setattr(info, key, value)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, content)
    return raw.getvalue()


def overlapping(count):
    """Return an archive whose list names one member so many times."""
    one = entry("tiny.ipynb", bytes(1 << 20), compress_type=zipfile.ZIP_DEFLATED)
    begin, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    listed = one[begin:end] * count
    tail = (0x06054B50, 0, 0, count, count, len(listed), begin, 0)
    return one[:begin] + listed + struct.pack("<IHHHHIIH", *tail)


def encrypted():
    """Return an archive whose member says that it is encrypted."""
    raw = bytearray(entry("tiny.ipynb"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    return bytes(raw)


def tar():
    """Return a tar that is called a zip."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("tiny.ipynb"))
    return raw.getvalue()


def prepare(place):
    """Collect honest work between all of these."""
    inside = {"a.zip": packed({"b.zip": packed({"tiny.ipynb": "x"})})}
    names = (
        "/etc/tiny.ipynb",
        "\\\\host\\c\\tiny.ipynb",
        "C:tiny.ipynb",
        "..",
        "a/../b",
    )
    names += ("CON.ipynb", "TINY.IPYNB", "ti\u0301ny.ipynb", "\u202etiny.ipynb", "x\0y")
    members = {
        "overlap": overlapping(2_000),
        "encrypted": encrypted(),
        "nested": packed(inside),
        "tar": tar(),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(90),
        "rar": b"Rar!\x1a\x07\x00" + bytes(90),
        "empty": b"",
        "names": packed(dict.fromkeys(names, "x")),
        "link": entry("tiny.ipynb", "/etc/passwd", external_attr=0o120777 << 16),
        "never": entry("tiny.ipynb", date=(1980, 0, 0, 0, 0, 0)),
        "later": entry("tiny.ipynb", date=(2107, 12, 31, 23, 59, 58)),
        "end": b"PK\x05\x06" + b"\xff" * 18,
        "comment": packed({"tiny.ipynb": "x"})[:-2] + b"\xff\xff" + b"A" * 65_535,
        "folders": packed({f"{n}/" * 9 + "x": "" for n in range(2_000)}),
    }
    odd = {f"eve_{n + 5}_{n}_{k}.zip": m for n, (k, m) in enumerate(members.items())}
    top = place.root / "home" / f"overlapping-{place.engine}"
    place.found["submitted"] = collected(
        place,
        top,
        {"ada_1_10_tiny.ipynb": "honest", **odd, "zoe_3_17_tiny.ipynb": "honest"},
    )


def harm(place):
    """Look whether honest work came through, and what else is there."""
    submitted = place.found["submitted"]
    honest = [submitted / n / "01_tiny" / "tiny.ipynb" for n in ("1", "3")]
    lost = [str(p) for p in honest if not p.exists() or p.read_text() != "honest"]
    return lost + [str(p) for p in submitted.rglob("*") if p.is_symlink()]
