// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace anode::http {

/// Returns the request methods that anode accepts, in alphabetical order: those of Node.js 23.5.
/// The index of a method in this list is stable within one release and serves as its number. The
/// views refer to static storage.
///
/// **Node**: `http.METHODS`.
ANODE_EXPORT std::span<std::string_view const> methods() noexcept;

/// Returns the index of `method` in `methods()`, or -1 if it is not in the list. Methods are
/// case-sensitive (RFC 9110 section 9.1).
ANODE_EXPORT int method_index(std::string_view method) noexcept;

/// A status code with its standard reason phrase, see `status_codes`.
struct status_code {
  int code;                 ///< for example 404
  std::string_view reason;  ///< for example "Not Found"
};

/// Returns the status codes that have a standard reason phrase, in ascending order. The views refer
/// to static storage.
///
/// **Node**: `http.STATUS_CODES`.
ANODE_EXPORT std::span<status_code const> status_codes() noexcept;

/// Returns the standard reason phrase of a status code; empty if it has none. The view refers to
/// static storage.
///
/// **Node**: `http.STATUS_CODES[code]`.
ANODE_EXPORT std::string_view reason_phrase(int code) noexcept;

/// Returns the default maximum size of a head in bytes: 16384.
///
/// **Node**: `http.maxHeaderSize`.
ANODE_EXPORT std::size_t max_header_size() noexcept;

}  // namespace anode::http
