"""The source tarball of a release, and the wrap that names it."""

import hashlib
import io
import subprocess
import tarfile
from datetime import datetime, timezone


def make(root, version, date):
    """Returns the tarball of the commit in a clone. The owner, the times and the order of the entries,
    the mode bits of the umask, and the name and time in gzip's header are always the same."""
    command = ["git", "archive", "--format=tar", f"--prefix=anode-{version}/", "HEAD"]
    archive = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    time = int(datetime.combine(date, datetime.min.time(), timezone.utc).timestamp())
    result = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as given, tarfile.open(
        fileobj=result, mode="w", format=tarfile.USTAR_FORMAT
    ) as made:
        for entry in sorted(given.getmembers(), key=lambda e: e.name):
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = time
            entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
            entry.pax_headers = {}
            made.addfile(entry, given.extractfile(entry) if entry.isreg() else None)
    return subprocess.run(["gzip", "-n", "-9"], input=result.getvalue(), capture_output=True, check=True).stdout


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wrap(version, digest, consumers_wrap, url=None):
    """Returns the wrap; `consumers_wrap` has its [provide] section."""
    name = f"anode-{version}.tar.gz"
    lines = ["[wrap-file]", f"directory = anode-{version}"]
    if url:
        lines.append(f"source_url = {url.rstrip('/')}/{name}")
    lines += [f"source_filename = {name}", f"source_hash = {digest}", ""]
    return "\n".join(lines) + "\n" + consumers_wrap[consumers_wrap.index("[provide]") :]
