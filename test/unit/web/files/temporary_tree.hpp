// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// A temporary directory with a `root` to serve, and a file `canary` outside of the root that must
/// never be served. Removed by the destructor.
class temporary_tree {
public:
  static constexpr std::string_view canary = "outside of the root";

  temporary_tree() {
    std::string name = (std::filesystem::temp_directory_path() / "anode-web-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("mkdtemp");
    }
    base_ = name;
    std::filesystem::create_directories(root() / "d");
    write("../canary", canary);
    write("../canary.txt", canary);
  }
  temporary_tree(temporary_tree const&) = delete;
  temporary_tree& operator=(temporary_tree const&) = delete;
  ~temporary_tree() {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  std::filesystem::path const& base() const noexcept { return base_; }
  std::filesystem::path root() const { return base_ / "root"; }

  /// Writes a file; `name` is relative to the root.
  void write(std::string_view name, std::string_view content) const {
    std::filesystem::path const path = root() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

private:
  std::filesystem::path base_;
};

/// Spellings of paths that try to leave the root, with the name of the canary at their end.
inline std::vector<std::string> traversal_spellings() {
  std::vector<std::string> all;
  for (std::string_view const prefix : {"", "d/", "/", "d/../", "%2e/"}) {
    for (std::string_view const dot : {".", "%2e", "%2E", "%252e", "%c0%ae", "%uff0e"}) {
      for (std::string_view const slash :
           {"/", "%2f", "%2F", "\\", "%5c", "%252f", "%c0%af", "//"}) {
        for (int depth = 1; depth <= 3; ++depth) {
          std::string path(prefix);
          for (int i = 0; i != depth; ++i) {
            path.append(dot).append(dot).append(slash);
          }
          all.push_back(path + "canary");
        }
      }
    }
  }
  for (std::string_view const other : {"....//canary",
                                       "..../canary",
                                       "..;/canary",
                                       "..%00/canary",
                                       "..%0d/canary",
                                       "../canary%00.html",
                                       "../canary%00",
                                       ".%00./canary",
                                       "..\\canary",
                                       "C:/canary",
                                       "..%ff/canary",
                                       "%2e%2e%2fcanary",
                                       "..//canary",
                                       ".//..//canary",
                                       "d/..//../canary",
                                       "d/.././../canary",
                                       "%2e%2e%5ccanary",
                                       "%%32%65%%32%65/canary",
                                       "%252e%252e%252fcanary",
                                       "..%c1%9ccanary",
                                       "\xef\xbc\x8e./canary",
                                       "\xc0\xae\xc0\xae/canary",
                                       "up/canary",
                                       "link",
                                       "absolute",
                                       "chain",
                                       "proc/canary",
                                       "d/up2/canary",
                                       "/etc/passwd",
                                       "//etc/passwd",
                                       "%2fetc%2fpasswd",
                                       "file:///etc/passwd",
                                       "./../canary",
                                       "d/%2e%2e/%2e%2e/canary",
                                       "..%2f..%2f..%2f..%2fetc%2fpasswd",
                                       "~/canary",
                                       "~root/canary"}) {
    all.emplace_back(other);
  }
  return all;
}
