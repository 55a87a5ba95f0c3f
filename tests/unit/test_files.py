from __future__ import annotations

import errno
import io
import os
import struct
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from sodeval.errors import DecodeError, PairingError
from sodeval.files import FileRef, FolderStore, TarStore, ZipStore, open_store


def touch(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(path.encode())


def make_zip(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def make_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def contents(store):
    with store:
        return {path: FileRef(store, path).read() for path in store.paths}


MEMBERS = {"b/x.png": b"one" * 1000, "a.jpg": b"two", "sub dir/ü #%.v2.PNG": b"three"}


def test_folder_lists_images_only_sorted(tmp_path):
    listed = ["a.png", "b.JPG", "c.jpeg", "d.bmp", "e.tif", "f.tiff", "g.webp", "s/t/u.PNG"]
    ignored = [
        *("Thumbs.db", "desktop.ini", ".DS_Store", "._a.png", ".png", ".git/a.png"),
        *("__MACOSX/a.png", "s/__MACOSX/a.png", "notes.txt", "png", "a.png.txt", "a.gif"),
    ]
    touch(tmp_path, *listed, *ignored)
    assert open_store(tmp_path).paths == tuple(listed)


def test_folder_reads_and_labels(tmp_path, monkeypatch):
    touch(tmp_path, "preds/DUTS-TE/x.png")
    monkeypatch.chdir(tmp_path)
    for typed, label in [
        ("preds", "preds/DUTS-TE/x.png"),
        ("preds/", "preds/DUTS-TE/x.png"),
        ("./preds", "./preds/DUTS-TE/x.png"),
        (".", "./preds/DUTS-TE/x.png"),
        (tmp_path, f"{tmp_path}/preds/DUTS-TE/x.png"),
    ]:
        store = open_store(typed)
        ref = FileRef(store, store.paths[0])
        assert ref.label == label
        assert ref.read() == b"preds/DUTS-TE/x.png"


@pytest.mark.parametrize("typed", ["a/preds", "a/preds/", "a/../a/preds/.", "a/preds//"])
def test_folder_name_is_resolved(tmp_path, monkeypatch, typed):
    touch(tmp_path, "a/preds/x.png")
    monkeypatch.chdir(tmp_path)
    store = open_store(typed)
    assert (store.name, store.parents[0]) == ("preds", "a")
    monkeypatch.chdir(tmp_path / "a" / "preds")
    store = open_store(".")
    assert (store.name, store.parents[0]) == ("preds", "a")


def test_folder_follows_links_and_ends(tmp_path):
    touch(tmp_path, "real/x.png", "root/a/y.png")
    root = tmp_path / "root"
    (root / "one").symlink_to(tmp_path / "real")
    (root / "two").symlink_to(tmp_path / "real")
    (root / "z.png").symlink_to(tmp_path / "real" / "x.png")
    (root / "a" / "up").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "self.png").symlink_to(root / "self.png")
    store = open_store(root)
    # A second name for a folder is a second folder; only a way back up is left.
    assert store.paths == ("a/y.png", "one/x.png", "self.png", "two/x.png", "z.png")
    assert store.read("z.png") == b"real/x.png"


def test_folder_link_to_nothing_says_so_when_read(tmp_path):
    (tmp_path / "x.png").symlink_to(tmp_path / "gone.png")
    store = open_store(tmp_path)
    assert store.paths == ("x.png",)
    with pytest.raises(DecodeError) as error:
        store.read("x.png")
    assert str(error.value) == f"cannot read {tmp_path}/x.png: No such file or directory"


def test_unreadable_file_and_folder(tmp_path, monkeypatch):
    touch(tmp_path, "x.png", "sub/y.png")
    store = open_store(tmp_path)

    def denied(path, *args, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    # denied here and not by file modes, which do not hold back root
    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(DecodeError, match=r"x\.png: Permission denied"):
        store.read("x.png")
    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(PairingError, match="cannot list the folder"):
        open_store(tmp_path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip(tmp_path, compression):
    extra = {"__MACOSX/._x.png": b"", "readme.txt": b"", "b/.hidden.png": b"", "b/": b""}
    path = make_zip(tmp_path / "preds.zip", MEMBERS | extra, compression)
    store = open_store(path)
    assert isinstance(store, ZipStore)
    assert store.name == "preds"
    assert FileRef(store, "a.jpg").label == f"{path}:a.jpg"
    assert contents(store) == MEMBERS


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar(tmp_path, format):
    path = tmp_path / "preds.tar"
    members = {**MEMBERS, "n" * 150 + ".png": b"long", "./dot.png": b"dot", "readme.txt": b"no"}
    with tarfile.open(path, "w", format=format) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    store = open_store(path)
    assert isinstance(store, TarStore)
    assert store.name == "preds"
    assert FileRef(store, "a.jpg").label == f"{path}:a.jpg"
    expected = {**members, "dot.png": b"dot"}
    del expected["readme.txt"], expected["./dot.png"]
    assert contents(store) == expected


def test_tar_links(tmp_path):
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("a/x.png")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"data"))
        for name, kind, target in [
            ("b/hard.png", tarfile.LNKTYPE, "a/x.png"),
            ("b/soft.png", tarfile.SYMTYPE, "../a/x.png"),
            ("b/twice.png", tarfile.SYMTYPE, "soft.png"),
            ("b/gone.png", tarfile.SYMTYPE, "nothing.png"),
            ("b/loop.png", tarfile.SYMTYPE, "loop.png"),
        ]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    with open_store(path) as store:
        for name in ("b/hard.png", "b/soft.png", "b/twice.png"):
            assert store.read(name) == b"data"
        for name in ("b/gone.png", "b/loop.png"):
            with pytest.raises(DecodeError, match="a link to a file that the archive does not"):
                store.read(name)


def test_tar_member_appended_again_counts_last(tmp_path):
    path = make_tar(tmp_path / "t.tar", {"x.png": b"old"})
    make_tar(path, {"x.png": b"newer"}, "a")
    assert contents(open_store(path)) == {"x.png": b"newer"}


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_archives_are_known_by_content_too(tmp_path, make):
    path = make(tmp_path / "download", {"x.png": b"data"})
    store = open_store(path)
    assert store.name == "download"
    assert contents(store) == {"x.png": b"data"}


def test_archive_name_keeps_its_dots(tmp_path):
    with open_store(make_zip(tmp_path / "u2net.v1.0.ZIP", {"x.png": b""})) as store:
        assert store.name == "u2net.v1.0"


@pytest.mark.parametrize(("make", "name"), [(make_zip, "p.zip"), (make_tar, "p.tar")])
def test_many_threads_read_one_archive(tmp_path, make, name):
    members = {f"{i}.png": os.urandom(2000) + bytes([i]) * 2000 for i in range(200)}
    with (
        open_store(make(tmp_path / name, members)) as store,
        ThreadPoolExecutor(8) as pool,
    ):
        todo = list(store.paths) * 5
        for path, data in zip(todo, pool.map(store.read, todo), strict=True):
            assert data == members[path]


def test_dropped_archives_close_without_a_warning(tmp_path):
    open_store(make_tar(tmp_path / "p.tar", MEMBERS))
    open_store(make_zip(tmp_path / "p.zip", MEMBERS))


def test_zip_with_utf8_names_that_are_not_marked(tmp_path):
    # As the macOS Finder writes them: UTF-8, flag unset. zipfile reads them as code page 437.
    path = make_zip(tmp_path / "p.zip", {"ü.png": b"data"})
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.index(signature) + flags
        raw[at : at + 2] = struct.pack("<H", 0)
    path.write_bytes(raw)
    assert contents(open_store(path)) == {"ü.png": b"data"}


def test_zip_with_names_in_another_encoding(tmp_path):
    path = make_zip(tmp_path / "p.zip", {"__.png": b"data"})
    path.write_bytes(path.read_bytes().replace(b"__.png", "图.png".encode("gbk")))
    assert list(contents(open_store(path)).values()) == [b"data"]


def test_zip_with_backslashes(tmp_path):
    path = make_zip(tmp_path / "p.zip", {"DUTS_x.png": b"data"})
    path.write_bytes(path.read_bytes().replace(b"DUTS_x.png", b"DUTS\\x.png"))
    assert contents(open_store(path)) == {"DUTS/x.png": b"data"}


def test_encrypted_zip_member(tmp_path):
    path = make_zip(tmp_path / "p.zip", {"x.png": b"data"})
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + flags] |= 1
    path.write_bytes(raw)
    with open_store(path) as store, pytest.raises(DecodeError) as error:
        store.read("x.png")
    assert str(error.value) == (
        f"{path}:x.png is encrypted. Make the archive again without a password."
    )


def test_damaged_zip_member(tmp_path):
    path = make_zip(tmp_path / "p.zip", {"x.png": b"data"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"data", b"dada"))
    with (
        open_store(path) as store,
        pytest.raises(DecodeError, match=r"cannot read .*p\.zip:x\.png: Bad CRC-32"),
    ):
        store.read("x.png")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("p.zip", b""),
        ("p.zip", b"PK\x03\x04 and then nothing"),
        ("p.tar", b""),
        ("p.tar", b"no tar " * 200),
    ],
)
def test_damaged_archives(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DecodeError, match=r"^cannot read the archive .*/p\.(zip|tar): "):
        open_store(tmp_path / name)


@pytest.mark.parametrize(
    ("size", "reason"), [(1500, "unexpected end"), (3000, "a header is damaged or cut short")]
)
def test_cut_tar(tmp_path, size, reason):
    path = make_tar(tmp_path / "p.tar", {"a.png": b"a" * 2000, "b.png": b"b" * 2000})
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DecodeError, match=rf"cannot read the archive .*p\.tar: {reason}"):
        open_store(path)


def test_tar_cut_after_it_was_opened(tmp_path):
    path = make_tar(tmp_path / "p.tar", {"a.png": b"a" * 2000})
    with open_store(path) as store:
        os.truncate(path, 1000)
        with pytest.raises(DecodeError, match=r"p\.tar:a\.png: the archive ends too early"):
            store.read("a.png")


def test_tar_with_a_damaged_header_is_not_taken_for_a_short_one(tmp_path):
    path = make_tar(tmp_path / "p.tar", {"a.png": b"a", "b.png": b"b", "c.png": b"c"})
    raw = bytearray(path.read_bytes())
    raw[1024 + 148] ^= 0xFF  # the checksum of the second member
    path.write_bytes(raw)
    with pytest.raises(DecodeError, match="a header is damaged or cut short"):
        open_store(path)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("p.tar.gz", "w:gz"), ("p.tgz", "w:gz"), ("p.tar.bz2", "w:bz2"), ("p.TAR.XZ", "w:xz")],
)
def test_compressed_tar_is_refused(tmp_path, name, mode):
    path = make_tar(tmp_path / name, {"x.png": b"data"}, mode)
    with pytest.raises(PairingError) as error:
        open_store(path, "predictions")
    assert str(error.value) == (
        f"predictions: the compressed archive {str(path)!r} cannot be read in place. "
        "Unpack it, or make it a .zip or a plain .tar."
    )


def test_compressed_tar_under_a_plain_name_is_refused(tmp_path):
    path = make_tar(tmp_path / "p.tar", {"x.png": b"data"}, "w:gz")
    with pytest.raises(PairingError, match="cannot be read in place"):
        open_store(path)


def test_not_there(tmp_path):
    with pytest.raises(PairingError) as error:
        open_store(tmp_path / "nowhere", "ground truth")
    assert str(error.value) == (
        f"ground truth: {str(tmp_path / 'nowhere')!r} does not exist. "
        "Check the path; a folder, a .zip or a .tar will do."
    )
    with pytest.raises(PairingError, match="'' does not exist"):
        open_store("")


def test_a_single_file(tmp_path):
    touch(tmp_path, "x.png")
    with pytest.raises(PairingError) as error:
        open_store(tmp_path / "x.png", "predictions")
    assert str(error.value) == (
        f"predictions: {str(tmp_path / 'x.png')!r} is a single file, not a folder or an archive. "
        "Give the folder that holds it, a .zip or a .tar."
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_neither_file_nor_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PairingError, match="is not a folder or a file"):
        open_store(tmp_path / "pipe")


def test_a_file_ref_is_small_and_a_value(tmp_path):
    touch(tmp_path, "x.png")
    store = open_store(tmp_path)
    assert isinstance(store, FolderStore)
    assert FileRef(store, "x.png") == FileRef(store, "x.png")
    assert not hasattr(FileRef(store, "x.png"), "__dict__")


def test_a_pipe_named_like_an_image_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(DecodeError, match=r"x\.png is not a regular file"):
        open_store(tmp_path).read("x.png")


def test_huge_members_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("sodeval.files.MAX_BYTES", 3)
    touch(tmp_path / "folder", "x.png")
    for store in (
        open_store(tmp_path / "folder"),
        open_store(make_zip(tmp_path / "a.zip", {"x.png": b"12345"})),
    ):
        with pytest.raises(DecodeError, match="over the limit of 3"):
            store.read("x.png")


def test_names_that_are_no_text_can_be_printed(tmp_path):
    name = os.fsdecode(b"x\xff.png")
    (tmp_path / name).write_bytes(b"1")
    ref = FileRef(open_store(tmp_path), name)
    assert ref.read() == b"1"
    assert ref.label.encode() == ref.label.encode("utf-8")
    assert ref.label.endswith(r"x\udcff.png")
    assert ref.place == rf"{tmp_path.name}/x\udcff.png"
