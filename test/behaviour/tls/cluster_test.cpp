// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A cluster whose workers serve https.

#include "behaviour/cluster/running_cluster.hpp"
#include "support/run.hpp"
#include "support/tls/contexts.hpp"

#include <anode/https.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace behaviour_tls_cluster {

namespace https = anode::https;
namespace net = boost::asio;

TEST_CASE("cluster: the workers serve https") {
  support::certificates::description leaf;
  leaf.names = {"localhost"};
  support::tls_contexts const tls(leaf);
  anode::http::cluster_options o;
  o.threads = 2;
  o.signals.clear();
  o.make_server = [&](net::any_io_executor const& ex) {
    return std::make_unique<https::server>(ex, tls.server);
  };
  anode::http::cluster cluster(o, [](anode::http::worker& w) {
    w.server().on_request(
        [](anode::http::incoming_message& req, anode::http::server_response& res) {
          res.end(req.socket().encrypted() ? "secret" : "plain");
        });
  });
  cluster.listen(0, "127.0.0.1");
  support::running_cluster running(cluster);

  net::io_context io;
  https::agent_options trusted;
  trusted.secure = tls.client;
  https::agent agent(io.get_executor(), trusted);
  std::string const url = "https://localhost:" + std::to_string(cluster.address().port) + "/";
  std::string answers;
  auto const ask = [&]() -> net::awaitable<void> {
    for (int i = 0; i < 5; ++i) {
      anode::http::incoming_message res = co_await agent.get(url);
      answers += co_await res.text() + " ";
    }
  };
  support::run(io, ask());
  CHECK(answers == "secret secret secret secret secret ");
  agent.destroy();
  cluster.close();
  running.wait();
}

}  // namespace behaviour_tls_cluster
