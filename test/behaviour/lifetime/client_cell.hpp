// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// One cell of a client's messages: the state of its request, the way to lose the other side, its
// handles and the server's end of its connection.

#include "behaviour/lifetime/far_end.hpp"
#include "behaviour/lifetime/operations.hpp"

#include <anode/byte_stream.hpp>
#include <anode/client_request.hpp>
#include <anode/detail/counted.hpp>
#include <anode/incoming_message.hpp>
#include <anode/socket.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lifetime {

/// A way to lose the server, the agent or the handle.
enum class loss_kind {
  fin,
  half_close,
  reset,
  garbage,
  unasked_upgrade,
  agent_destroyed,
  agent_dropped,
  request_dropped,
  request_moved,
  response_dropped,
  response_moved,
  request_destroyed,
  response_destroyed,
  socket_destroyed,
  socket_reset,
  deadline,
  inactivity,
  signalled,
  cancelled,
  context_destroyed,
  count
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(loss_kind::count)>
    loss_names{
        "FIN",
        "half-close",
        "reset",
        "garbage",
        "101 unasked",
        "agent destroyed",
        "agent dropped",
        "request dropped",
        "request moved",
        "response dropped",
        "response moved",
        "request destroyed",
        "response destroyed",
        "socket destroyed",
        "socket reset",
        "deadline",
        "inactivity",
        "signal",
        "cancelled",
        "context destroyed",
    };

/// The state of a request when that happens.
enum class stage {
  queued,
  connecting,
  fresh,
  head_sent,
  half_written,
  ended,
  answered,
  complete,
  count
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(stage::count)> stage_names{
    "queued", "connecting",    "before the head", "head sent", "body half written",
    "ended",  "half answered", "answered",
};

template <class Handle>
struct cell {
  operation<Handle> const& what;
  stage state;
  outcome out{};
  int request_closes = 0;
  int response_closes = 0;
  bool answered = false;
  http::client_request blocker{};
  http::client_request request{};
  http::client_request other_request{};
  http::incoming_message response{};
  http::incoming_message other_response{};
  anode::socket connection{};
  net::cancellation_signal signal{};
  std::array<net::cancellation_signal, 2> cancel{};  // one signal for each attempt
  std::size_t attempts = 0;
  anode::detail::ptr<far_end> server{};
};

}  // namespace lifetime
