// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/body_filter.hpp>
#include <anode/byte_stream.hpp>
#include <anode/detail/function.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::exchange {

/// What only few outgoing messages have. Allocated at the first use, and kept for the next message.
class outgoing_stages {
public:
  using head_listener = detail::function<void(std::optional<std::uint64_t>)>;

  /// Returns whether a message has to pass through these stages.
  bool active() const noexcept { return !head_listeners.empty() || !filters.empty(); }

  /// Releases the program's objects, whose destructors may do anything. Keeps the memory.
  void clear() noexcept;

  /// Releases the filters.
  void clear_filters() noexcept;

  /// Passes bytes through all filters.
  /// @return the output, valid until the next call; empty if there is none
  /// @throws what a filter throws
  std::string_view run_filters(std::string_view in, bool last, bool flush);

  /// Throws if a filter is the caller.
  void require_no_filter() const;

  std::vector<head_listener> head_listeners;
  std::vector<std::unique_ptr<http::body_filter>> filters;
  std::optional<std::uint64_t> declared;  ///< the program's Content-Length before the filters
  std::uint64_t written = 0;              ///< the program's bytes
  bool failed = false;                    ///< a filter has thrown

  // A file that passes through the filters.
  native_handle_type file = no_native_handle;  ///< borrowed
  std::uint64_t file_offset = 0;
  std::uint64_t file_left = 0;    ///< bytes that are still to be read; 0: no file
  std::uint64_t file_number = 0;  ///< counts the files, to tell their operations apart
  std::string piece;

private:
  std::string outputs_[2];
  bool filtering_ = false;
};

}  // namespace anode::exchange
