// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/download/resume_decision.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

/// A file that is downloaded in several steps. Beside PATH, PATH.part has the bytes so far and
/// PATH.part.tag what identifies the whole. Both remain until the file is complete.
///
/// The functions block and throw `std::system_error`. They can be called on any thread, one at a
/// time.
class partial_file {
public:
  /// Will make the file `path`.
  explicit partial_file(std::filesystem::path path);
  partial_file(partial_file const&) = delete;
  partial_file& operator=(partial_file const&) = delete;
  ~partial_file();

  /// Opens the files of an earlier step, or makes them, and locks them until the object is
  /// destroyed. Fails with `EEXIST` if `path` exists, and with `EBUSY` if another object uses the
  /// files.
  /// @param key identifies the source; a part of another source is not used.
  /// @return what is there; a part that cannot be continued has the size 0.
  partial_state open(std::string_view key);

  /// Empties the file, and stores what identifies the whole. `size` of the state is not used.
  void restart(partial_state const& state);

  /// Appends bytes.
  void write(std::string_view data);

  /// Gives the file its name. Fails with `EEXIST` if the name exists.
  void commit();

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  void remove_tag();
  partial_state read_tag() const;

  std::filesystem::path path_;
  std::filesystem::path part_;
  std::filesystem::path tag_;
  std::string key_;
  std::unique_ptr<std::FILE, closer> file_;
};

}  // namespace anode::web
