// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Limits of received multipart bodies, and the headers of their parts.

#include <anode/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// What a received multipart body may contain. More is refused with the status of each member.
struct multipart_limits {
  std::size_t parts = 100;                  ///< parts of the body; 413
  std::size_t header_bytes = 16 * 1024;     ///< bytes of the headers of a part; 431
  std::size_t header_lines = 32;            ///< headers of a part; 431
  std::uint64_t field_size = 64 * 1024;     ///< bytes of a part that is not a file; 413
  std::uint64_t file_size = 1ULL << 30U;    ///< bytes of a file; 413
  std::uint64_t preamble_size = 16 * 1024;  ///< bytes in front of the first part; 400
};

/// The headers of a received part.
struct part_head {
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names and values as received
  std::string disposition{};   ///< type of Content-Disposition in lower case, usually "form-data"
  std::string name{};          ///< name of the field
  std::string file_name{};     ///< last component of the name of the file; may be empty
  std::string content_type{};  ///< value of Content-Type; empty if absent
  bool has_name = false;       ///< Content-Disposition has a name
  bool is_file = false;        ///< Content-Disposition has a file name, even an empty one

  /// Returns the value of the first header of that name, or an empty view. Names are compared
  /// case-insensitively.
  ANODE_EXPORT std::string_view header(std::string_view header_name) const noexcept;
};

}  // namespace anode::web
