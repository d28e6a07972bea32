// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::message {

/// How an outgoing body is delimited (RFC 9112 section 6).
enum class body_end : std::uint8_t {
  none,     ///< no body: writes are discarded, or rejected (`throw_body_not_allowed`)
  length,   ///< Content-Length
  chunked,  ///< Transfer-Encoding: chunked
  close,    ///< end of the connection; responses only
};

/// The framing and connection decisions of a head that was written.
class outgoing_framing {
public:
  outgoing_framing() = default;
  outgoing_framing(body_end end, std::uint64_t content_length) noexcept
      : content_length_(content_length), end_(end) {}

  /// Returns how the body is delimited.
  body_end end() const noexcept { return end_; }

  /// Returns whether the body is sent in chunks.
  bool chunked() const noexcept { return end_ == body_end::chunked; }

  /// Returns the declared length; 0 unless `end()` is `length`.
  std::uint64_t content_length() const noexcept { return content_length_; }

  /// Returns whether the connection is closed after this message. **Node**: `_last`.
  bool last() const noexcept { return last_; }

  /// Returns whether the head asks to keep the connection open. **Node**: `shouldKeepAlive`.
  bool keep_alive() const noexcept { return keep_alive_; }

  /// Returns whether the head has an Expect field. Such a head is flushed immediately.
  bool expect() const noexcept { return expect_; }

  void set_last(bool last) noexcept { last_ = last; }
  void set_keep_alive(bool keep) noexcept { keep_alive_ = keep; }
  void set_expect(bool expect) noexcept { expect_ = expect; }

private:
  std::uint64_t content_length_ = 0;
  body_end end_ = body_end::none;
  bool last_ = false;
  bool keep_alive_ = true;
  bool expect_ = false;
};

/// Throws if the size of a body contradicts the declared length. For `strict_content_length`.
/// @param written the number of body bytes, including the current write
/// @param complete whether the current write is the last one
/// @throws exception with `error::content_length_mismatch`.
void check_content_length(outgoing_framing const& framing, std::uint64_t written, bool complete);

/// Throws `error::body_not_allowed`. For a body written to HEAD, 204 or 304 with
/// `reject_non_standard_body_writes`.
[[noreturn]] void throw_body_not_allowed();

}  // namespace anode::message
