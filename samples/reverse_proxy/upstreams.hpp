// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// A server behind the reverse proxy.
struct upstream {
  anode::http::request_options where;  ///< the URL; its path precedes the path of each request
  std::string name;                    ///< "host:port"
  unsigned failures = 0;               ///< consecutive failures
  /// Number of active requests. It is shared, because a request may outlive this object when the
  /// context is destroyed.
  std::shared_ptr<std::size_t> busy = std::make_shared<std::size_t>(0);
  std::chrono::steady_clock::time_point down_until{};
};

/// Chooses the available server with the fewest active requests, round-robin among equals.
///
/// A server with `failures_allowed` consecutive failures is unavailable for `rest`. After that time
/// the next request tries the server again, and another failure makes the server unavailable at
/// once. If no server is available, the one whose rest ends first is tried: it may be back, and
/// nothing is lost.
class upstreams {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr unsigned failures_allowed = 2;

  explicit upstreams(std::chrono::milliseconds rest) : rest_(rest) {}

  /// Adds a server.
  /// @throws anode::http::exception if the URL is invalid
  void add(std::string_view url);

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }

  /// Returns the server for the next request. With `except`, returns another server that is
  /// available; null if there is none.
  upstream* choose(time_point now, upstream const* except = nullptr);

  /// Records a response of the server.
  void note_answer(upstream& u) { u.failures = 0; }

  /// Records a failure of the server.
  void note_failure(upstream& u, time_point now);

private:
  std::vector<upstream> all_;
  std::size_t next_ = 0;
  std::chrono::milliseconds rest_;
};

}  // namespace samples
