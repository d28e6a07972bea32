// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <string>
#include <string_view>

namespace anode::http {

/// A transformation of the body of a message to send, for example a compression. Derive from it and
/// pass an object to `outgoing_message::set_body_filter`.
///
/// **Concurrency**: the functions run inside the calls that write the message, on its executor.
/// **Node**: a Transform stream that a program pipes into the message.
class ANODE_EXPORT body_filter {
public:
  body_filter() = default;
  body_filter(body_filter const&) = delete;
  body_filter& operator=(body_filter const&) = delete;
  virtual ~body_filter();

  /// Transforms the next part of the body.
  ///
  /// An exception destroys the message and leaves the call that writes it. The function must not
  /// write to its own message; such a call throws `error::invalid_state`.
  /// @param in the next bytes, valid during the call; may be empty.
  /// @param last whether the body ends with these bytes. It is the last call.
  /// @param flush whether the output must contain all that the input so far results in, as far as
  ///   the format permits it, because the program waits for its delivery.
  /// @param out empty; receives the output. The filter may keep bytes for a later call.
  virtual void transform(std::string_view in, bool last, bool flush, std::string& out) = 0;
};

}  // namespace anode::http
