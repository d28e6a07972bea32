// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/body_framing.hpp"
#include "message/message_head.hpp"
#include "message/method.hpp"

#include <anode/error.hpp>
#include <anode/field_lines.hpp>
#include <anode/http_validation.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace anode::http1 {

/// Limits and leniency of a parser.
struct parser_options {
  /// The limit in bytes for the target or reason phrase plus all names and values of one head, and
  /// for those of one trailer section. The raw bytes, including separators and discarded
  /// whitespace, are limited to eight times this value. Reaching the limit is
  /// `error::header_overflow`.
  /// **Node**: `maxHeaderSize`.
  std::size_t max_header_size = 16384;
  /// The most field lines of one head, and of one trailer section; 0 means unlimited. Exceeding the
  /// limit is `error::header_overflow`; field lines are never truncated. **Node**:
  /// `maxHeadersCount`.
  std::size_t max_headers_count = 2000;
  /// Parses leniently. **Node**: `insecureHTTPParser`.
  bool insecure_http_parser = false;
  /// Accepts all bytes in values but NUL, CR and LF. **Node**: `httpValidation: 'relaxed'`.
  bool relaxed_values = false;

  /// Sets both from the options of a server or request.
  void set(http::http_validation validation, bool insecure) noexcept {
    insecure_http_parser = insecure || validation == http::http_validation::insecure;
    relaxed_values = validation == http::http_validation::relaxed;
  }

  bool operator==(parser_options const&) const = default;
};

/// The result of `parser::next` and `parser::finish`.
enum class parse_result {
  need_more,  ///< all input is consumed; no new event
  head,       ///< a head is complete and stored in the `message_head` given to `next`
  body,       ///< `body()` is the next segment of the body, a view of the input
  end,        ///< the message is complete; `trailers()` is valid
  upgrade,    ///< as `end`, and the rest of the input is not HTTP (Node's `head`)
  error,      ///< see `error()`; the parser stays in this state
};

/// A parse error.
struct parse_error {
  http::error code{};       ///< its name is Node's: `HPE_*`
  std::string_view reason;  ///< Node's message is "Parse Error: " plus this text; static storage
  std::size_t bytes_parsed = 0;  ///< valid bytes of the current read, since the last `need_more`
};

/// Parses one direction of a connection into messages, byte for byte as Node.js does.
///
/// The interface is pull: pass the received bytes to `next`, and call it again until it returns
/// `need_more`. `next` removes the bytes that it consumes; keep the rest (after `upgrade`, or if
/// the caller stops earlier) for later calls. Body segments are views of the input. A head that
/// arrives in one read is copied once, into the given head. The parser does not allocate after its
/// buffers have grown to their working size. It rejects the input at the first byte that makes it
/// invalid.
///
///     for (std::string_view input = received;;) {
///       switch (p.next(input, head)) {
///         case parse_result::need_more: return;
///         case parse_result::head: on_head(head); break;
///         case parse_result::body: on_body(p.body()); break;
///         case parse_result::end: on_end(p.trailers()); break;
///         ...
///
/// **Node**: HTTPParser (llhttp) with the limits of `_http_server.js`. docs/deviations.md lists the
/// differences.
class parser {
public:
  explicit parser(message::message_kind kind, parser_options const& options = {});
  ~parser();
  parser(parser&&) noexcept;
  parser& operator=(parser&&) noexcept;

  /// Responses only: sets the method of the request that the next response answers. A response to
  /// HEAD has no body; a response to CONNECT ends HTTP. The value applies until the next call, also
  /// across interim responses. The initial value `method::unknown` means any other method.
  void expect_response_to(std::string_view request_method) noexcept;
  void expect_response_to(message::method request_method) noexcept;

  /// Requests only: accepts the upgrade of the message whose head `next` has just returned with
  /// `head.upgrade` true. HTTP ends after this head and `next` returns `upgrade`. Without this call
  /// the Upgrade field is ignored (RFC 9110 section 7.8). Not needed for CONNECT, which always ends
  /// HTTP.
  void accept_upgrade() noexcept;

  /// Requests only: continues with HTTP behind a CONNECT whose head `next` has just returned. The
  /// request has no body, and `next` returns `end` for it.
  void refuse_connect() noexcept;

  /// Parses `input` up to the next event and removes the consumed bytes from its front.
  ///
  /// @param head set if the result is `parse_result::head`; may be modified if it is
  ///   `parse_result::error`; otherwise unchanged. Each call may pass a different object.
  /// @return `need_more` only if `input` is empty. On `error`, `input` begins at the error.
  parse_result next(std::string_view& input, message::message_head& head);

  /// Ends the current read: restarts the count of `parse_error::bytes_parsed`. `next` does this
  /// automatically when it returns `need_more`.
  void end_of_read() noexcept;

  /// Signals the end of input.
  /// @return `end` if the message is complete or its body extends until the connection ends;
  ///   `upgrade` if HTTP ends after the last head; `need_more` between messages and after an
  ///   upgrade or an error; otherwise `error` (`error::invalid_eof_state`)
  parse_result finish() noexcept;

  /// Returns the last body segment, a view of the input given to `next`.
  std::string_view body() const noexcept;

  /// Returns the trailer section of the last complete message. The caller may swap it out.
  /// **Node**: `message.rawTrailers`.
  http::field_lines& trailers() noexcept;

  /// Returns the error after `parse_result::error`.
  parse_error const& error() const noexcept;

  /// Returns whether a message has begun and has not ended. It begins with its first byte that is
  /// not a stray CR or LF. The timeouts of a request start when this becomes true.
  bool in_message() const noexcept;

  /// Returns whether the message is complete and `next` will return `end` without further input.
  bool at_end() const noexcept;

  /// Returns whether a head has begun and is incomplete.
  bool in_head() const noexcept;

  /// Returns whether the last message excludes another one (`Connection: close`, HTTP/1.0). Any
  /// further byte except CR and LF is then `error::closed_connection`.
  bool closed() const noexcept;

  /// Returns the number of buffered bytes of an incomplete head or trailer section.
  std::size_t buffered() const noexcept;

  /// Prepares the parser for another connection. Call it between messages or if `closed`.
  void reset() noexcept;

  /// Frees memory that is only needed inside a message. Has no effect inside a message. For idle
  /// connections.
  void release_memory() noexcept;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace anode::http1
