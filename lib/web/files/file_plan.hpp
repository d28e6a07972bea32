// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/conditional.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// The parts of a request that decide how a file is sent.
struct file_request {
  std::string_view method{};
  conditional_fields conditions{};
  std::optional<std::string_view> range{};  ///< value of Range
};

/// What is known of a file and its response.
struct file_facts {
  std::uint64_t size = 0;               ///< in bytes
  std::int64_t modified = 0;            ///< seconds since 1970
  std::uint32_t modified_ns = 0;        ///< nanoseconds of the last modification
  std::string content_type{};           ///< empty: none is sent
  std::string_view content_encoding{};  ///< of a precompressed file; empty: none
  std::string_view cache_control{};     ///< empty: none is sent
  bool varies = false;                  ///< another coding could have been chosen
};

/// The response to a request for a file.
struct file_plan {
  int status = 200;
  std::vector<std::pair<std::string_view, std::string>> headers{};
  range_selection ranges{};           ///< what to send, unless it is the whole
  std::optional<byteranges> parts{};  ///< the frame of several ranges
  std::uint64_t length = 0;           ///< size of the body; 0 if the status has none
  bool has_body = false;              ///< false for 304, 412, 416 and for HEAD
};

/// Returns the entity tag of a file: its time of modification and its size, and the coding if it
/// has one. The tag is strong.
std::string entity_tag_of(file_facts const& file);

/// Decides how to respond to a request for a file (RFC 9110 sections 13 and 14): 200, 206, 304, 412
/// or 416.
/// @param now the current time. Last-Modified is never later.
/// @param boundary separates several ranges, see `byteranges`.
file_plan plan_file_response(file_request const& request, file_facts const& file,
                             std::chrono::sys_seconds now, std::string_view boundary);

}  // namespace anode::web
