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

/// One server behind a reverse proxy.
struct upstream {
  anode::http::request_options where;  ///< its URL; the path is where requests go under
  std::string name;                    ///< "host:port"
  unsigned failures = 0;               ///< in a row
  /// Requests under way. They share it, for they may end after this, with the context.
  std::shared_ptr<std::size_t> busy = std::make_shared<std::size_t>(0);
  std::chrono::steady_clock::time_point down_until{};
};

/// Chooses among the servers that are up the one with the fewest requests under way, in turn among
/// equals.
///
/// One that fails `failures_allowed` times in a row is down for `rest`; the first request after
/// that tries it again, and another failure takes it down at once.
class upstreams {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr unsigned failures_allowed = 2;

  explicit upstreams(std::chrono::milliseconds rest) : rest_(rest) {}

  /// Adds a server.
  /// @throws anode::http::exception for a URL that is none.
  void add(std::string_view url);

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }

  /// Returns the server for the next request, but not `except` if there is another one; null when
  /// all are down.
  upstream* choose(time_point now, upstream const* except = nullptr);

  /// Notes that the server has answered a request.
  void note_answer(upstream& u) { u.failures = 0; }

  /// Notes that it has not.
  void note_failure(upstream& u, time_point now);

private:
  std::vector<upstream> all_;
  std::size_t next_ = 0;
  std::chrono::milliseconds rest_;
};

}  // namespace samples
