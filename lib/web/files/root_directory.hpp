// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/files/descriptor.hpp"

#include <anode/web/files_options.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace anode::web {

/// The result of opening a path beneath a root.
struct opened_file {
  enum class kind : std::uint8_t {
    file,         ///< a regular file, opened for reading
    directory,    ///< a directory
    not_found,    ///< 404: absent, outside of the root, or neither file nor directory
    forbidden,    ///< 403: no permission
    unavailable,  ///< 503: out of descriptors or memory, or the tree changes too fast
    failed,       ///< 500: any other error of the system
  };

  kind result = kind::not_found;
  descriptor fd{};
  std::uint64_t size = 0;         ///< in bytes
  std::int64_t modified = 0;      ///< seconds since 1970
  std::uint32_t modified_ns = 0;  ///< nanoseconds of the last modification
  int error = 0;                  ///< `errno` of a failure
};

/// A directory whose files are served. Nothing outside of it can be opened.
///
/// On Linux the kernel confines each path (`openat2` with `RESOLVE_BENEATH` and
/// `RESOLVE_NO_MAGICLINKS`). Where the kernel has no `openat2`, which the constructor probes, and
/// on other systems, the path is walked segment by segment, and symbolic links are not followed. An
/// error of `openat2` for a path is never a reason to walk.
class root_directory {
public:
  /// How a path is opened.
  enum class method : std::uint8_t {
    automatic,  ///< by the kernel if it can
    walk,       ///< segment by segment
  };

  /// Opens the directory.
  /// @throws std::system_error if `root` is no directory, or the probe fails with an error other
  ///   than `ENOSYS`.
  explicit root_directory(std::filesystem::path const& root, symlinks links = symlinks::beneath,
                          method how = method::automatic);

  /// Returns whether the kernel confines paths.
  bool is_confined_by_kernel() const noexcept { return how_ == method::automatic; }

  /// Opens a file beneath the root. Opening a FIFO does not wait.
  /// @param path decoded path, see `is_safe_path`; empty: the root itself. Any other path is not
  ///   found.
  opened_file open(std::string const& path) const;

private:
  int open_by_kernel(std::string const& path) const noexcept;
  int open_by_walk(std::string const& path) const;

  descriptor root_;
  symlinks links_;
  method how_;
};

/// Opens a file for `send_file`, whose path the program chooses. Opening a FIFO does not wait.
opened_file open_file(std::filesystem::path const& path);

}  // namespace anode::web
