// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/client_request.hpp>
#include <anode/web/fetch_options.hpp>
#include <anode/web/multipart_form.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace anode::web {

/// The body of a request: runs of bytes, or a function that writes.
struct fetch_body {
  std::string content_type{};                   ///< empty: none
  std::vector<multipart_form::piece> pieces{};  ///< unless `write` is set
  body_function write{};
  std::optional<std::uint64_t> length{};  ///< unset: unknown, or that of a file when it is sent
  bool replayable = true;                 ///< may be sent twice

  /// Returns whether the body is one text.
  bool is_text() const noexcept { return !write && pieces.size() == 1 && pieces[0].file.empty(); }
};

/// A body while it is sent.
struct body_transfer {
  std::shared_ptr<fetch_body const> body{};
  std::optional<std::uint64_t> length{};
  progress_function progress{};
};

/// Sets the length of a body that is a file.
/// @throws std::system_error if it is not a regular file.
net::awaitable<void> measure_body(net::any_io_executor ex, std::shared_ptr<body_transfer> transfer);

/// Writes the body, ends the request, and waits for the response. A lost connection fails the wait
/// unless a response came before.
/// @throws http::request_error as `client_request::response`, and what the source of the body
///   throws.
net::awaitable<http::incoming_message> send_body(http::client_request request,
                                                 std::shared_ptr<body_transfer> transfer);

}  // namespace anode::web
