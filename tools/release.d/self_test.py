"""Runs the checks of tools/release on small trees: a good one, and ones with one mistake each."""

import io
import os
import subprocess
import tarfile
import tempfile
from datetime import date, timedelta
from pathlib import Path

import tarball
import versions

TODAY = date.today() - timedelta(days=1)
FILES = {
    "meson.build": "project(\n  'anode',\n  version: '0.2.0',\n)\n",
    "CHANGELOG.md": f"# Changelog\n\n## 0.2.0 ({TODAY})\n\n**Fixed**\n\n# no comment\n\n## 0.1.0 (2026-01-01)\n\nOld.\n",
    "README.md": "find_package(anode 0.2 REQUIRED)\n",
    "docs/packaging.md": "`libanode.so.0.2` of `libanode-web-parts0.2` in anode-0.2.0.tar.gz\n",
    "docs/start.md": "anode-0.2.0.tar.gz\n",
    "docs/snippets/start/release.wrap": "[wrap-file]\ndirectory = anode-0.2.0\nsource_filename = anode-0.2.0.tar.gz\n"
    "source_hash = ...\n\n[provide]\ndependency_names = anode\n",
    "docs/snippets/start/CMakeLists.txt": "find_package(anode 0.2 REQUIRED)\n",
    "packaging/anodeConfig.cmake.in": "#   find_package(anode 0.2 REQUIRED)\n",
    "packaging/conan/conanfile.py": 'class Anode:\n    version = "0.2.0"\n',
    "packaging/conan/test_package/CMakeLists.txt": "find_package(anode 0.2 REQUIRED)\n",
    "packaging/debian/changelog": "anode (0.2.0-0anode1) unstable; urgency=medium\n",
    "packaging/debian/control": "Package: libanode0.2\n\nPackage: libanode-dev\n\nPackage: libanode-tls0.2\n",
    "packaging/vcpkg/vcpkg.json": '{\n  "name": "anode",\n  "version": "0.2.0",\n}\n',
    "test/package/consumers/cmake/CMakeLists.txt": "find_package(anode 0.2 REQUIRED)\n",
    "test/package/consumers/meson/subprojects/anode.wrap": "[wrap-file]\n\n[provide]\ndependency_names = anode\n",
    "tools/check/consumers": "find_package(anode 0.2 REQUIRED)\n",
    "tools/check/abi": "#!/bin/sh\n",
}
TOMORROW = date.today() + timedelta(days=2)

# What is wrong, the file, the text to replace in it, and its replacement.
MISTAKES = [
    ("another version", "meson.build", "0.2.0", "0.2.1"),
    ("another minor version", "meson.build", "0.2.0", "0.3.0"),
    ("a heading without a date", "CHANGELOG.md", f"({TODAY})", "(unreleased)"),
    ("no heading", "CHANGELOG.md", f"## 0.2.0 ({TODAY})\n", ""),
    ("another heading", "CHANGELOG.md", "## 0.2.0 (", "## Version 0.2.0 ("),
    ("a heading of another version", "CHANGELOG.md", "## 0.2.0", "## 0.2.1"),
    ("a date that does not exist", "CHANGELOG.md", str(TODAY), "2026-02-30"),
    ("a date in the future", "CHANGELOG.md", str(TODAY), str(TOMORROW)),
    ("an empty section", "CHANGELOG.md", "**Fixed**\n\n# no comment\n", ""),
    ("an older section without a date", "CHANGELOG.md", "2026-01-01", "unreleased"),
    ("another series in a page", "README.md", "anode 0.2", "anode 0.1"),
    ("no series in a page", "README.md", "anode 0.2", "anode"),
    ("another SONAME in a page", "docs/packaging.md", "so.0.2", "so.0.1"),
    ("another package in a page", "docs/packaging.md", "parts0.2", "parts0.1"),
    ("another wrap in a page", "docs/snippets/start/release.wrap", "= anode\n", "= other\n"),
    ("another tarball in a page", "docs/start.md", "0.2.0", "0.1.0"),
    ("another version of the Debian package", "packaging/debian/changelog", "0.2.0-0anode1", "0.1.0-0anode1"),
    ("another name of a Debian package", "packaging/debian/control", "tls0.2", "tls0.1"),
    ("another version of the vcpkg port", "packaging/vcpkg/vcpkg.json", "0.2.0", "0.1.0"),
    ("another version of the Conan recipe", "packaging/conan/conanfile.py", "0.2.0", "0.1.0"),
]


def git(root, *arguments):
    identity = ["-c", "user.name=anode", "-c", "user.email=anode@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def tree(folder, change=None):
    """Makes a clean clone with the files, one of them changed."""
    root = Path(folder)
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if change and change[0] == name:
            assert change[1] in text, change
            text = text.replace(change[1], change[2])
        (root / name).write_text(text)
    (root / "tools/check/abi").chmod(0o755)
    (root / ".gitignore").write_text("/build*/\n")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=all")
    return root


def main(release, failure):
    """Returns the exit code; `release` is the function that makes a release and raises `failure`."""
    wrong, cases = [], 0
    # The tags of this test need a name, also where git has none.
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.update({f"GIT_{who}_NAME": "anode", f"GIT_{who}_EMAIL": "anode@localhost"})

    def expect(what, condition):
        nonlocal cases
        cases += 1
        if not condition:
            wrong.append(what)

    def fails(root, **options):
        """Returns whether a release fails and makes nothing."""
        out = root / "build-release"
        quiet = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet[1], 1)
        try:
            release(root, out, skip_build=True, skip_tests=True, **options)
            return False
        except failure:
            return not out.exists()
        finally:
            os.dup2(quiet[0], 1)
            os.close(quiet[0])
            os.close(quiet[1])

    for what, *change in MISTAKES:
        with tempfile.TemporaryDirectory() as folder:
            expect(f"not detected: {what}", fails(tree(folder, change)))
    with tempfile.TemporaryDirectory() as folder:
        root = tree(folder)
        (root / "README.md").write_text(FILES["README.md"] + "More.\n")
        expect("not detected: a changed file", fails(root))
        git(root, "add", "README.md")
        expect("not detected: a change that is only staged", fails(root))
        git(root, "checkout", "--quiet", "HEAD", "README.md")
        (root / "new.txt").write_text("new\n")
        expect("not detected: an untracked file", fails(root))
        (root / "new.txt").unlink()

        expect("a good tree fails", not fails(root, url="https://example.org/releases/"))
        out = root / "build-release"
        data = (out / "anode-0.2.0.tar.gz").read_bytes()
        digest = tarball.sha256(data)
        made = (out / "anode.wrap").read_text()
        expect("the wrap has another hash", f"source_hash = {digest}\n" in made)
        url = "source_url = https://example.org/releases/anode-0.2.0.tar.gz\n"
        expect("the wrap has another URL", url in made)
        expect("the wrap provides nothing", made.endswith("[provide]\ndependency_names = anode\n"))
        expect("SHA256SUMS has another hash", (out / "SHA256SUMS").read_text().startswith(digest))
        expect("wrong notes", (out / "notes.md").read_text() == "**Fixed**\n\n# no comment\n")
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = archive.getmembers()
        expect("the tarball is not sorted", [m.name for m in members] == sorted(m.name for m in members))
        expect("the tarball has an owner", all(m.uid == 0 and not m.uname for m in members))
        expect("the tarball has two times", len({m.mtime for m in members}) == 1)
        files = {m.name.removeprefix("anode-0.2.0/") for m in members if m.isfile()}
        expect("the tarball lacks files", files == {*FILES, ".gitignore"})

        git(root, "commit", "--quiet", "--allow-empty", "--message=nothing")
        expect("the tarball depends on the commit", tarball.make(root, "0.2.0", TODAY) == data)
        expect("the tag is missing", not fails(root, tag=True) and git(root, "cat-file", "-t", "v0.2.0") == "tag\n")
        text = git(root, "cat-file", "tag", "v0.2.0")
        expect("the tag has other notes", text.endswith("\n\nanode 0.2.0\n\n**Fixed**\n\n# no comment\n"))
        git(root, "commit", "--quiet", "--allow-empty", "--message=later")
        expect("not detected: the tag is another commit", versions.wrong_tag(root, "0.2.0") != [])
    for text in wrong:
        print(f"release self-test: {text}")
    print(f"release self-test: {cases} cases, {len(wrong)} wrong")
    return 1 if wrong else 0
