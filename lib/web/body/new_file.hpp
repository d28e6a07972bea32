// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace anode::web {

/// Renames a file without replacing another one. Returns 0 or the error, for example `EEXIST`.
int rename_exclusive(std::filesystem::path const& from, std::filesystem::path const& to) noexcept;

/// A file that appears under its name when it is complete. Until then it is a temporary file beside
/// it, which the destructor removes.
///
/// The functions block and throw `std::system_error`. They can be called on any thread, one at a
/// time.
class new_file {
public:
  /// Will make the file `path`.
  explicit new_file(std::filesystem::path path);
  new_file(new_file const&) = delete;
  new_file& operator=(new_file const&) = delete;
  ~new_file();

  /// Makes the temporary file.
  void create();

  /// Appends bytes.
  void write(std::string_view data);

  /// Gives the file its name. Fails with `EEXIST` if the name exists, even as a link to nothing.
  void commit();

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty if there is none
  std::unique_ptr<std::FILE, closer> file_;
};

}  // namespace anode::web
