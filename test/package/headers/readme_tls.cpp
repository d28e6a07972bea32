// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The snippets of README.md that need the library anode-tls.
#include <anode/https.hpp>

#include <boost/asio/awaitable.hpp>

namespace http = anode::http;
namespace https = anode::https;
namespace net = boost::asio;
namespace tls = anode::tls;

net::awaitable<void> hello(http::incoming_message& req, http::server_response& res);

net::awaitable<void> encrypted(net::any_io_executor ex) {
  tls::server_options id;
  id.cert_file = "fullchain.pem";
  id.key_file = "key.pem";
  https::server server{ex, tls::context(id), hello};

  auto res = co_await https::get(ex, "https://example.com/");
}
