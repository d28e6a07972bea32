// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/counted.hpp>
#include <anode/incoming_message.hpp>
#include <anode/web/coding.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

namespace anode::web {

namespace net = boost::asio;

/// The decoded body of a request.
class body_decoder {
public:
  /// @throws http_error with 415 for an unknown coding, or too many.
  body_decoder(codings const& known, std::string_view content_encoding,
               decoding_limits const& limits);

  /// Reads the next decoded bytes.
  /// @param keep owns `self` during the call.
  /// @return a view that is valid until the next call, or nothing at the end.
  /// @throws http_error with 400 or 413, then in each further call too.
  /// @throws boost::system::system_error as `incoming_message::read`.
  static net::awaitable<std::optional<std::string_view>> read(
      anode::detail::ptr<anode::detail::counted> keep, body_decoder& self,
      http::incoming_message& from);

  /// Returns whether `read` was called.
  bool begun() const noexcept { return begun_; }

  /// Returns whether `read` has reached the end.
  bool ended() const noexcept { return ended_; }

private:
  std::string_view next();
  void finish();

  content_decoder decoder_;
  std::optional<coding_error::kind> failure_{};
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace anode::web
