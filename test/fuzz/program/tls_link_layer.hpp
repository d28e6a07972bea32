// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The programs `server` and `client` over TLS: the same bytes describe the same steps, and all
// invariants hold.
#pragma once

#include "link_layer.hpp"
#include "support/tls/contexts.hpp"
#include "tls/testing/tls_client.hpp"
#include "transport/memory_stream.hpp"

#include <anode/https.hpp>
#include <anode/tls_testing.hpp>

namespace anode::test {

class tls_link_layer final : public link_layer {
public:
  /// @param old_version whether clients speak TLS 1.2
  explicit tls_link_layer(bool old_version) : old_version_(old_version) {}

  std::unique_ptr<http::server> make_server(net::any_io_executor ex,
                                            http::server_options options) const override {
    return std::make_unique<https::server>(std::move(ex), with().server, std::move(options));
  }

  testing::peer connect(testing::event_loop& loop, http::server& to,
                        std::size_t capacity) const override {
    auto pair = anode::transport::make_memory_pair(loop.get_executor(), capacity);
    to.emit_connection(std::move(pair.second));
    return {loop, anode::socket(testing::start_tls_client(std::move(pair.first), client(), "a"))};
  }

  testing::origin make_origin(testing::event_loop& loop, std::size_t capacity) const override {
    return testing::tls_origin(loop, with().server, capacity);
  }

  http::agent make_agent(net::any_io_executor ex, http::agent_options options) const override {
    https::agent_options all(std::move(options));
    all.secure = client();
    return https::agent(std::move(ex), std::move(all));
  }

  http::client_request request(net::any_io_executor ex,
                               http::request_options options) const override {
    options.secure = client();
    return https::request(std::move(ex), std::move(options));
  }

  bool has_proxies() const noexcept override { return false; }

private:
  struct contexts : support::tls_contexts {
    contexts() : tls_contexts({.names = {"a", "b"}}) {
      trust.max_version = tls::version::tls1_2;
      old_client = tls::context(trust);
    }
    tls::context old_client;
  };

  // Making certificates takes longer than a program.
  static contexts const& with() {
    static contexts const instance;
    return instance;
  }

  tls::context const& client() const { return old_version_ ? with().old_client : with().client; }

  bool old_version_;
};

}  // namespace anode::test
