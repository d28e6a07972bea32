# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""The recipe for Conan 2. It exports and builds the tree that it is in: conan create packaging/conan"""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, rmdir
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain

# The parts of anode-web, with the packages that they need and the libraries of these.
PARTS = {
    "gzip": ("zlib/[>=1.2.11 <2]", ["zlib::zlib"]),
    "brotli": ("brotli/[>=1.0.9]", ["brotli::brotlienc", "brotli::brotlidec"]),
    "zstd": ("zstd/[>=1.5]", ["zstd::zstdlib"]),
    "signing": ("openssl/[>=3 <4]", ["openssl::crypto"]),
    "psl": ("libpsl/[>=0.21]", ["libpsl::libpsl"]),
}


class AnodeConan(ConanFile):
    name = "anode"
    version = "0.2.0"
    description = "Node.js's http and https modules for C++20 coroutines over Boost.Asio"
    license = "BSL-1.0"
    topics = ("http", "https", "asio", "coroutines", "server", "client")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "tls": [True, False],
        "web": [True, False],
        "proxy": [True, False],
        **{f"web_{part}": [True, False] for part in PARTS},
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "tls": True,
        "web": True,
        "proxy": True,
        **{f"web_{part}": False for part in PARTS},
    }
    implements = ["auto_shared_fpic"]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for name in ("meson.build", "meson_options.txt", "LICENSE_1_0.txt"):
            copy(self, name, root, self.export_sources_folder)
        for folder in ("include", "lib", "packaging"):
            copy(self, f"{folder}/*", root, self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def parts(self):
        return [part for part in PARTS if self.options.get_safe(f"web_{part}")]

    def requirements(self):
        self.requires("boost/[>=1.81]", transitive_headers=True)
        # Headers only: the library compiles the parts of fmt that it uses.
        self.requires("fmt/[>=9]", visible=False)
        if self.options.tls or self.options.web_signing:
            self.requires("openssl/[>=3 <4]")
        for part in self.parts():
            if part != "signing":
                self.requires(PARTS[part][0])

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0.1]")
        self.tool_requires("pkgconf/[>=1.8]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("anode is tested on Linux only")
        if self.parts() and not self.options.web:
            raise ConanInvalidConfiguration("the parts of web need the option web")

    def generate(self):
        PkgConfigDeps(self).generate()
        toolchain = MesonToolchain(self)
        disabled = ("tests", "samples", "toml")
        toolchain.project_options.update({name: "disabled" for name in disabled})
        for name in ("tls", "web", "proxy", *(f"web_{part}" for part in PARTS)):
            toolchain.project_options[name] = "enabled" if self.options.get_safe(name) else "disabled"
        # meson looks for Boost itself. A Boost of the platform has no folder.
        for require, dependency in self.dependencies.items():
            if require.ref.name == "boost" and dependency.package_folder:
                toolchain.properties["boost_root"] = dependency.package_folder
        toolchain.generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, "LICENSE_1_0.txt", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # Conan's generators write these files for their users.
        for folder in ("pkgconfig", "cmake"):
            rmdir(self, os.path.join(self.package_folder, "lib", folder))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "anode")
        self.library("anode", ["boost::headers"] + ([] if self.options.shared else ["boost::url"]))
        if self.options.tls:
            self.library("tls", ["anode", "openssl::openssl"])
        if self.options.web:
            self.library("web", ["anode"])
        if self.options.proxy:
            self.library("proxy", ["anode"])
        for part in self.parts():
            self.library(f"web-{part}", ["web", *PARTS[part][1]])

    def library(self, name, requires):
        """Describes one library with the names that an installed anode has in CMake and pkg-config."""
        component = self.cpp_info.components[name]
        component.libs = ["anode" if name == "anode" else f"anode-{name}"]
        component.requires = requires
        component.system_libs = ["pthread"] if name == "anode" else []
        component.set_property("cmake_target_name", f"anode::{name}")
        component.set_property("pkg_config_name", component.libs[0])
