// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/body_framing.hpp"
#include "message/message_head.hpp"
#include "message/method.hpp"

#include <anode/error.hpp>
#include <anode/field_lines.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace anode::http1 {

/// Limits and leniency of a decoder.
struct parser_options {
  /// Bytes of target or reason, names and values that one head, and one trailer section, may have;
  /// the raw bytes of a head, with separators and discarded blanks, may be eight times as many.
  /// Over it: `error::header_overflow`. **Node**: `maxHeaderSize`.
  std::size_t max_header_size = 16384;
  /// Field lines that one head, and one trailer section, may have; 0 means unlimited. Over it:
  /// `error::header_overflow`, never a truncation. **Node**: `maxHeadersCount`.
  std::size_t max_headers_count = 2000;
  /// Relaxes what Node's `insecureHTTPParser` relaxes.
  bool insecure_http_parser = false;

  bool operator==(parser_options const&) const = default;
};

/// What `parser::next` and `parser::finish` found.
enum class parse_result {
  need_more,  ///< the input is used up; nothing new to tell
  head,       ///< a head is complete and was put into the `message_head` given to `next`
  body,       ///< `body()` is the next piece of the body, a view into the input
  end,        ///< the message is complete; `trailers()` are there
  upgrade,  ///< as `end`, and HTTP ends here: what is left of the input is not HTTP (Node's `head`)
  error,    ///< `error()` says what; the decoder stays in this state
};

/// Says why the bytes are not HTTP.
struct parse_error {
  http::error code{};            ///< with Node's name: `HPE_*`
  std::string_view reason;       ///< Node's message is "Parse Error: " and this; static storage
  std::size_t bytes_parsed = 0;  ///< good bytes of the current read: since the last `need_more`
};

/// Takes one direction of a connection apart into messages, byte for byte as Node.js does.
///
/// Pull interface: give what was read to `next` and call it again until it returns `need_more`;
/// keep what is left of the input (after `upgrade`, or when stopping in between) for later calls.
/// It never needs a byte twice. Body pieces are views into the input; a head that arrives in one
/// piece is copied once, into the head given; nothing is allocated once the memory is warm.
/// Rejects at the first byte with which the bytes cannot become valid HTTP any more.
///
///     for (std::string_view input = received;;) {
///       switch (d.next(input, head)) {
///         case decoded::need_more: return;
///         case decoded::head: begin(head); break;
///         case decoded::body: take(d.body()); break;
///         case decoded::end: finish(d.trailers()); break;
///         ...
///
/// **Node**: its HTTPParser (llhttp) with the limits of `_http_server.js`; the differences are
/// listed in docs/deviations.md.
class parser {
public:
  explicit parser(message::message_kind kind, parser_options const& options = {});
  ~parser();
  parser(parser&&) noexcept;
  parser& operator=(parser&&) noexcept;

  /// Responses: says which method the request had that is answered next; it decides whether there
  /// is a body (HEAD) or HTTP at all (CONNECT). Holds until the next call, over interim responses.
  /// `method::unknown`, the initial value, means any other method.
  void expect_response_to(std::string_view request_method) noexcept;
  void expect_response_to(message::method request_method) noexcept;

  /// Requests: makes the message whose head was just returned, with `head.upgrade` true, the last
  /// one: its body is not HTTP's business and `next` returns `upgrade`. Without this call a request
  /// with an Upgrade field is one like any other (RFC 9110 section 7.8: may be ignored). Not
  /// needed for CONNECT, which always ends HTTP.
  void accept_upgrade() noexcept;

  /// Takes the next event from the front of `input` and removes the bytes that it used.
  ///
  /// @param head filled when the result is `parse_result::head`; may be changed when it is
  ///   `parse_result::error`, else untouched. It may be another object on each call.
  /// @return `need_more` only when `input` is empty. On `error`, `input` begins with the byte at
  ///   which it occurred.
  parse_result next(std::string_view& input, message::message_head& head);

  /// Says that all of a read has been taken, without asking for more: the bytes of an error are
  /// counted anew. `next` does so by itself when it returns `need_more`.
  void end_of_read() noexcept;

  /// Tells the decoder that there will be no more input.
  /// @return `end` when that ends a response that lasts until the connection is closed,
  ///   `need_more` between messages and after an upgrade or an error, else `error`
  ///   (`error::invalid_eof_state`).
  parse_result finish() noexcept;

  /// Returns the piece of body found last, valid as long as the input that it is part of.
  std::string_view body() const noexcept;

  /// Returns the trailer section of the message that ended last; may be swapped away.
  /// **Node**: `message.rawTrailers`.
  http::field_lines& trailers() noexcept;

  /// Returns what is wrong after `parse_result::error`.
  parse_error const& error() const noexcept;

  /// Returns whether a message has begun (its first byte, which is no stray CR or LF, was seen) and
  /// has not ended. Deadlines of a request start when this becomes true.
  bool in_message() const noexcept;

  /// Returns whether the message's last byte was seen, and `next` will tell so without input.
  bool at_end() const noexcept;

  /// Returns whether a head has begun and is not complete.
  bool in_head() const noexcept;

  /// Returns whether the last message forbids another one (`Connection: close`, HTTP/1.0): any
  /// byte now is `error::closed_connection`.
  bool closed() const noexcept;

  /// Returns the bytes held back of an incomplete head or trailer section.
  std::size_t buffered() const noexcept;

  /// Makes a decoder that is between two messages, or `closed`, ready for another connection.
  void reset() noexcept;

  /// Gives memory back that is only needed while a head arrives in pieces. For idle connections.
  void release_memory() noexcept;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace anode::http1
