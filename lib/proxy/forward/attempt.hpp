// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/forward/passage.hpp"
#include "proxy/rules/failure_table.hpp"

#include <anode/client_request.hpp>
#include <anode/pipe.hpp>
#include <anode/server_response.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

namespace anode::proxy {

/// Notified of the head of a response, when it is passed on.
class answer_observer {
public:
  virtual void answered(http::incoming_message const& answer) = 0;

protected:
  ~answer_observer() = default;
};

/// What happens in one attempt. The object must exist as long as its request.
class attempt {
public:
  explicit attempt(passage& of, answer_observer* observer = nullptr) : p(of), observer_(observer) {}

  passage& p;
  bool answered = false;     ///< the head of a response was passed on
  bool failed = false;       ///< there was no head
  bool client_left = false;  ///< the client left while the head was awaited
  error_code code;           ///< of the failure
  http::request_phase phase = http::request_phase::queued;
  http::verdict verdict = http::verdict::not_sent;
  bool reused = false;
  std::string_view objection;  ///< why the head cannot be passed on; in static storage
  http::pipe_result up;        ///< of the request's body
  http::pipe_result down;      ///< of the response's body
  int status = 0;              ///< of the response

  /// Stores the failure of the request.
  void note(http::request_error const& e);
  void note(error_code ec);

  /// Checks the head of a response, and stores the failure if it cannot be passed on.
  /// @param switching whether the response may switch the protocol
  /// @return whether it can be passed on
  bool accept(http::incoming_message const& answer, bool switching);

  /// Stores the head of a response that is passed on.
  void note_answer(http::incoming_message const& answer);

  /// Returns the facts of the failure. Call it only if the attempt has not succeeded.
  failure_facts facts() const;

  /// Returns whether the whole response was passed on.
  bool succeeded() const noexcept { return answered && down.end == http::pipe_end::complete; }

  /// Stores the failure in the records.
  void record(failure_facts const& facts, failure_action const& action) const;

private:
  answer_observer* observer_;
};

/// Returns the options for a request: `like`, or `copy` with the limits of the passage.
http::request_options const& limited(passage const& p, http::request_options const& like,
                                     std::optional<http::request_options>& copy);

/// Sends the request with its body, and passes the response on. Bodies are streamed in both
/// directions at the same time; that of the request is not read before there is a connection. A
/// failure is stored in `a`; without a head, nothing was sent to the client.
/// @param out has its headers set
net::awaitable<void> run_attempt(attempt& a, http::server_response& res, http::client_request& out);

}  // namespace anode::proxy
