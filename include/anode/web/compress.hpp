// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers that encode the bodies of responses and decode those of requests. Needs the library
/// `anode-web`, and one of `anode-web-gzip`, `anode-web-brotli` and `anode-web-zstd` for each
/// coding.

#include <anode/detail/export.hpp>
#include <anode/web/coding.hpp>
#include <anode/web/router.hpp>

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace anode::web {

/// The settings of `compress`.
class ANODE_EXPORT compress_options {
public:
  /// Sets the size in bytes below which a body of known length is sent as it is; default 1,024.
  compress_options& smallest(std::uint64_t bytes) noexcept {
    smallest_ = bytes;
    return *this;
  }

  /// Sets whether server-sent events (text/event-stream) are encoded; default true. Each stream
  /// then has an encoder with its memory for as long as it is open.
  compress_options& events(bool on) noexcept {
    events_ = on;
    return *this;
  }

  /// Sets which types of bodies are encoded; default `is_compressible`.
  /// @param encoded receives the value of Content-Type, which can be empty. Not called for
  ///   server-sent events.
  compress_options& types(std::function<bool(std::string_view)> encoded) {
    types_ = std::move(encoded);
    return *this;
  }

  /// Returns the size below which a body is sent as it is.
  std::uint64_t smallest() const noexcept { return smallest_; }
  /// Returns whether server-sent events are encoded.
  bool events() const noexcept { return events_; }
  /// Returns the function that chooses the types; may be empty.
  std::function<bool(std::string_view)> const& types() const noexcept { return types_; }

private:
  std::uint64_t smallest_ = 1024;
  bool events_ = true;
  std::function<bool(std::string_view)> types_;
};

/// Returns a layer that encodes the bodies of responses with the best coding that the client
/// accepts; among equal ones the first of the list.
///
/// It decides when the head is made, therefore it applies to every response behind it, also to
/// those of handlers of `http::server`, to files and to errors. It does not encode responses to
/// HEAD, the statuses 1xx, 204, 206 and 304, bodies known to be small, bodies that are encoded
/// already, other types, and responses with `Cache-Control: no-transform`, Content-Range or a
/// digest of the content.
///
/// An encoded response has Content-Encoding, and its ETag becomes weak. It has neither
/// Accept-Ranges nor the handler's Content-Length. A response that is not encoded, but would be for
/// another client, has the same `Vary: Accept-Encoding`, as have the responses 206 and 304 and
/// those to HEAD.
///
/// An encoder collects its output. To send what is written so far, call
/// `outgoing_message::flush`; `event_stream` does so after each event.
///
/// Do not encode a body that contains both a secret and a text that an attacker can choose (BREACH,
/// https://breachattack.com): see `no_compress`.
/// @param known the codings to offer. Without one that can encode, the layer does nothing.
/// **Node**: the middleware `compression` of Express.
ANODE_EXPORT layer compress(codings known, compress_options options = compress_options());

/// Excludes the response to this request from `compress`. Call it before the head is made.
ANODE_EXPORT void no_compress(context& c);

/// Returns a layer that decodes the bodies of requests (RFC 9110 section 8.4) for `context::text`,
/// `json`, `form` and `read`, and for `multipart` made from a context. Their limits then count
/// decoded bytes. A handler of `http::server` reads the received bytes.
///
/// A request with an unknown coding, or with too many, gets 415 with Accept-Encoding, which lists
/// the known ones. While the body is read, `http_error` with 413 means a body over one of `limits`,
/// and with 400 a body that is malformed or ends in the middle of a coding.
/// @param known the codings to accept.
/// @param limits what decoding one body may cost; the numbers must not be 0.
/// @throws exception with `error::out_of_range` if a number is 0.
/// **Node**: the option `inflate` of the package body-parser.
ANODE_EXPORT layer decompress(codings known, decoding_limits limits);

/// The same with the default limits.
ANODE_EXPORT layer decompress(codings known);

}  // namespace anode::web
