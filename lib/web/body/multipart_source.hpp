// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/body/multipart_reader.hpp"

#include <anode/incoming_message.hpp>
#include <anode/web/multipart.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace anode::web {

/// Reads the parts of a body from a message. Shared by `multipart` and its parts.
class multipart_source {
public:
  /// Reads the body of `req`, through `c` unless it is null. Both must outlive the object.
  multipart_source(http::incoming_message& req, std::string_view boundary,
                   multipart_limits const& limits, context* c)
      : request_(req), context_(c), reader_(boundary, limits) {}

  /// Reads to the head of the next part.
  /// @return false at the end.
  /// @throws http_error
  static net::awaitable<bool> next_part(std::shared_ptr<multipart_source> self);

  /// Reads the next bytes of the part with this number.
  /// @return nothing at its end, and if it is not the current part.
  /// @throws http_error
  static net::awaitable<std::optional<std::string_view>> read(
      std::shared_ptr<multipart_source> self, std::uint64_t number);

  /// Returns the executor of the message.
  net::any_io_executor get_executor() const { return request_.get_executor(); }

  /// Moves the head of the current part to the caller.
  part_head take_head() noexcept { return reader_.take_head(); }

  /// Returns the number of the current part, from 1 on.
  std::uint64_t number() const noexcept { return number_; }

private:
  net::awaitable<void> fill();

  http::incoming_message& request_;
  context* context_;  // reads the body, unless it is null
  multipart_reader reader_;
  std::uint64_t number_ = 0;
  bool in_part_ = false;
};

}  // namespace anode::web
