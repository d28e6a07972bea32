// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace anode::test {

/// What is between a program's servers and clients. This class: nothing.
class link_layer {
public:
  virtual ~link_layer() = default;

  virtual std::unique_ptr<http::server> make_server(net::any_io_executor ex,
                                                    http::server_options options) const {
    return std::make_unique<http::server>(std::move(ex), std::move(options));
  }

  /// Connects to a server of `make_server`, without running anything.
  virtual testing::peer connect(testing::event_loop& loop, http::server& to,
                                std::size_t capacity) const {
    return loop.connect(to, capacity);
  }

  virtual testing::origin make_origin(testing::event_loop& loop, std::size_t capacity) const {
    return testing::origin(loop, capacity);
  }

  virtual http::agent make_agent(net::any_io_executor ex, http::agent_options options) const {
    return http::agent(std::move(ex), std::move(options));
  }

  /// Makes a request without the program's agent.
  virtual http::client_request request(net::any_io_executor ex,
                                       http::request_options options) const {
    return http::request(std::move(ex), std::move(options));
  }

  /// Returns whether the origins of an agent also act as proxies.
  virtual bool has_proxies() const noexcept { return true; }
};

}  // namespace anode::test
