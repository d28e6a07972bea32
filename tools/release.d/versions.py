"""What a release must agree about: the version, its date, the tree and the tags."""

import fnmatch
import re
import socket
import subprocess
from datetime import date, datetime, timezone

import tarball

HEADING = re.compile(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2}|unreleased)\)$", re.M)
SERIES, SONAME, VERSION = "series", "SONAME", "version"

# Files, a pattern whose group is a version, and what must be there. Each file that the pattern names
# without a wildcard must have at least one.
PLACES = [
    ("README.md", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("docs/*.md", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("docs/snippets/start/CMakeLists.txt", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("packaging/anodeConfig.cmake.in", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("packaging/conan/test_package/CMakeLists.txt", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("test/package/consumers/cmake/CMakeLists.txt", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("tools/check/consumers", r"find_package\(anode (\d[\d.]*)", SERIES),
    ("docs/*.md", r"\blibanode[a-z-]*\.so\.(\d[\d.]*\d)", SONAME),
    ("docs/packaging.md", r"\blibanode[a-z-]*?(\d+(?:\.\d+)?)`", SONAME),
    ("docs/start.md", r"\banode-(\d+\.\d+\.\d+)\b", VERSION),
    ("docs/packaging.md", r"\banode-(\d+\.\d+\.\d+)\b", VERSION),
    ("packaging/conan/conanfile.py", r'^    version = "(.*)"$', VERSION),
    ("packaging/debian/changelog", r"\Aanode \((.*?)-[^-)]+\) ", VERSION),
    ("packaging/debian/control", r"^Package: libanode[a-z-]*?(\d.*)$", SONAME),
    ("packaging/vcpkg/vcpkg.json", r'^  "version": "(.*)",$', VERSION),
]


def version_of(root):
    return re.search(r"^  version: '(.*)',$", (root / "meson.build").read_text(), re.M)[1]


def names_of(version):
    """Returns what each kind of place must say."""
    parts = version.split(".")
    # As in lib/meson.build: while the major version is 0, each minor version has its own ABI.
    soname = ".".join(parts[:2]) if parts[0] == "0" else parts[0]
    return {SERIES: ".".join(parts[:2]), SONAME: soname, VERSION: version}


def section(root):
    """Returns the date and the text of the newest section of the changelog; None without a date."""
    text = (root / "CHANGELOG.md").read_text()
    found = list(HEADING.finditer(text))
    if not found or found[0][2] == "unreleased":
        return None, ""
    end = found[1].start() if len(found) > 1 else len(text)
    return date.fromisoformat(found[0][2]), text[found[0].end() : end].strip() + "\n"


def commit_date(root):
    shown = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=root, capture_output=True, text=True, check=True)
    return date.fromisoformat(shown.stdout.strip())


def pages(root):
    """Returns the files that PLACES can name; an unpacked release has no repository."""
    if not (root / ".git").exists():
        return [str(path.relative_to(root)) for path in sorted((root / "docs").glob("*.md"))]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def wrong_heading(root, version, dated):
    """Yields what is wrong with the newest section of the changelog."""
    headings = re.findall(r"^## .*$", (root / "CHANGELOG.md").read_text(), re.M)
    match = HEADING.fullmatch(headings[0]) if headings else None
    if not match:
        yield f"CHANGELOG.md begins with '{headings[0] if headings else ''}', not with '## {version} (YYYY-MM-DD)'"
        return
    if match[1] != version:
        yield f"CHANGELOG.md begins with {match[1]}, meson.build has {version}"
    if match[2] == "unreleased":
        if dated:
            yield f"CHANGELOG.md has no date for {match[1]}"
        return
    try:
        day = date.fromisoformat(match[2])
    except ValueError:
        yield f"CHANGELOG.md has a date that does not exist: {match[2]}"
        return
    if day > datetime.now(timezone.utc).date():
        yield f"CHANGELOG.md has a date in the future: {day}"
    if not section(root)[1].strip():
        yield f"CHANGELOG.md says nothing about {version}"
    for heading in headings[1:]:
        earlier = HEADING.fullmatch(heading)
        if not earlier or earlier[2] == "unreleased":
            yield f"CHANGELOG.md has no date in '{heading}'"


def problems(root, dated):
    """Returns the disagreements about the version. With `dated`, the changelog must have a date."""
    version = version_of(root)
    wrong = list(wrong_heading(root, version, dated))
    expected = names_of(version)
    files = pages(root)
    for glob, pattern, kind in PLACES:
        for name in fnmatch.filter(files, glob) if "*" in glob else [glob]:
            text = (root / name).read_text() if (root / name).is_file() else ""
            found = re.findall(pattern, text, re.M)
            if not found and "*" not in glob:
                wrong.append(f"{name} does not name the {kind}")
            wrong += [f"{name} has {f}, but the {kind} is {expected[kind]}" for f in found if f != expected[kind]]
    # The wrap in docs/start.md, where three dots stand for the hash.
    provide = (root / "test/package/consumers/meson/subprojects/anode.wrap").read_text()
    if (root / "docs/snippets/start/release.wrap").read_text() != tarball.wrap(version, "...", provide):
        wrong.append("docs/snippets/start/release.wrap is not the wrap of this version")
    return wrong


def dirty(root):
    """Returns the files that differ from the commit, and those that are neither tracked nor ignored."""
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    return [f"not committed: {line[3:]}" for line in status.stdout.splitlines()]


def wrong_tag(root, version):
    """Returns a complaint if the tag of the version exists and is another commit."""

    def commit(name):
        command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
        return subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip()

    tagged = commit(f"refs/tags/v{version}")
    return [f"the tag v{version} is another commit"] if tagged and tagged != commit("HEAD") else []


def first_answer(program):
    """Starts a server of the consumers, which ends after one request, and returns its response."""
    with subprocess.Popen(["timeout", "60", program], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = b""
                while part := connection.recv(4096):
                    answer += part
            server.wait(20)
        finally:
            server.kill()
    return answer.decode("latin-1")
