// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// What became of a forwarded request. Needs the library `anode-proxy`.

#include <anode/detail/export.hpp>
#include <anode/verdict.hpp>

#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy {

using boost::system::error_code;

/// Whose failure ended an exchange.
enum class failure_side : std::uint8_t {
  none,      ///< nobody's: the exchange is complete
  client,    ///< the client has left, or is too slow
  upstream,  ///< the server behind the proxy has failed, or is too slow
  policy,    ///< a rule of the proxy refuses the request
  resource,  ///< the proxy has too little: descriptors, memory, a limit, a queue
  internal,  ///< a fault of the program
  killed,    ///< the program has cancelled the exchange, for example in a drain
};

/// The step in which an exchange ended.
enum class exchange_phase : std::uint8_t {
  preface,        ///< what precedes the request: PROXY header, TLS handshake
  request_head,   ///< the head of the request
  request_body,   ///< the body of the request
  queue,          ///< waiting for an upstream
  lookup,         ///< resolving the name of the upstream
  connect,        ///< connecting to the upstream
  secure,         ///< the TLS handshake with the upstream
  response_head,  ///< the request is sent, the head of the response is not received
  response_body,  ///< the body of the response
  tunnel,         ///< relaying bytes
  complete,       ///< the end
};

/// Returns the name of a value, for example "upstream". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(failure_side side) noexcept;

/// Returns the name of a value, for example "response_head". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(exchange_phase phase) noexcept;

/// One attempt at one upstream.
class attempt_record {
public:
  /// Makes a record of an attempt that has not failed.
  attempt_record() {}

  std::string upstream;  ///< the name of the upstream, or "host:port"
  error_code cause;      ///< the failure; no error if a response was received
  int status = 0;        ///< of the response; 0: none
  exchange_phase phase = exchange_phase::complete;          ///< the step that failed
  http::verdict verdict = http::verdict::response_started;  ///< of the failure
  bool reused = false;                ///< the connection carried a request before
  std::uint8_t row = 0;               ///< the row of the table of failures; 0: none
  std::uint8_t eighths = 0;           ///< what the upstream is charged, in eighths of a point
  std::chrono::microseconds took{0};  ///< until the head of the response, or until the failure
};

/// What became of a request. Each request has exactly one record; log line, metrics and charges are
/// made from it.
class ANODE_EXPORT exchange_record {
public:
  /// The most attempts that are recorded.
  static constexpr std::size_t most_attempts = 4;

  /// Makes the record of an exchange without result.
  exchange_record() {}

  int status = 0;                                   ///< what the client was sent; 0: no head
  failure_side side = failure_side::none;           ///< whose failure ended it
  exchange_phase phase = exchange_phase::complete;  ///< the step in which it ended
  bool timed_out = false;                           ///< the side was too slow
  bool retry_denied = false;                    ///< a retry was possible, and the budget was spent
  error_code cause;                             ///< the failure; no error if there is none
  std::string_view detail;                      ///< why, in words; a view of static storage
  std::uint64_t request_body = 0;               ///< bytes of the request's body that were read
  std::uint64_t response_body = 0;              ///< bytes of the response's body that were written
  std::uint64_t tunnel_up = 0;                  ///< bytes from the client through a tunnel
  std::uint64_t tunnel_down = 0;                ///< bytes to the client through a tunnel
  std::chrono::microseconds queued{0};          ///< time spent waiting for upstreams
  std::chrono::microseconds to_first_byte{-1};  ///< until the head of the response; -1: none
  std::chrono::microseconds total{0};           ///< until the end
  std::string request_id;                       ///< of the exchange; empty: none

  /// Returns the attempts, the first one first. At most `most_attempts`; later ones replace the
  /// last.
  std::span<attempt_record const> attempts() const noexcept { return attempts_; }

  /// Returns the number of all attempts.
  std::size_t tries() const noexcept { return tries_; }

  /// Adds an attempt.
  attempt_record& add_attempt();

  /// Returns the last attempt; null without one.
  attempt_record* last_attempt() noexcept {
    return attempts_.empty() ? nullptr : &attempts_.back();
  }

  /// Returns two letters for the end of the exchange, see docs/proxy.md. The first letter is the
  /// side: `-` none, `C` the client has left, `c` the client is too slow, `S` the upstream has
  /// failed, `s` the upstream is too slow, `P` policy, `R` resource, `I` internal, `K` killed. The
  /// second letter is the phase: `T` preface, `R` request head, `B` request body, `Q` queue, `L`
  /// look-up, `C` connect and handshake, `H` response head, `D` response body, `U` tunnel, `-`
  /// none.
  std::array<char, 2> end() const noexcept;

private:
  std::vector<attempt_record> attempts_;
  std::size_t tries_ = 0;
};

}  // namespace anode::proxy
