// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The recipes for proxies, docs/recipes.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <memory>
#include <optional>

using recipes::get;

namespace {

// [reverse_proxy]
net::awaitable<void> forward(http::agent& agent, http::incoming_message& req,
                             http::server_response& res) {
  http::client_request up = agent.request(
      req.method(), "http://upstream.test" + std::string(req.url()),
      {{"X-Forwarded-For", req.socket().remote_endpoint().address}, {"Via", "1.1 front"}});
  http::pass_headers(req, up);  // without hop-by-hop fields
  http::pass_information(up, res);
  co_await http::pipe(req, up);
  http::incoming_message answer = co_await up.response();
  res.set_status_code(answer.status_code());
  http::pass_headers(answer, res);
  co_await http::pipe(answer, res);
}
// [reverse_proxy]

// [bad_gateway]
net::awaitable<void> forward_or_502(http::agent& agent, http::incoming_message& req,
                                    http::server_response& res) {
  std::optional<int> status;
  try {
    co_await forward(agent, req, res);
  } catch (boost::system::system_error const& e) {
    status = e.code() == http::error::timed_out ? 504 : 502;
  }
  if (status && !res.headers_sent()) {
    res.set_status_code(*status);
    co_await res.end("the upstream failed\n");
  }
}
// [bad_gateway]

// [connect]
net::awaitable<void> tunnel(http::incoming_message& req, anode::socket client) {
  if (!req.url().ends_with(":443")) {
    client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    co_return;
  }
  anode::socket const server = co_await anode::connect(client.get_executor(), req.url());
  client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  co_await anode::relay(client, server, 5min);  // both ways, half-close, back-pressure
}
// [connect]

// [relay]
net::awaitable<std::uint64_t> join(anode::socket a, anode::socket b) {
  anode::relay_result const copied = co_await anode::relay(a, b);
  co_return copied.a_to_b + copied.b_to_a;
}
// [relay]

// [through_http_proxy]
http::agent_options through_proxy() {
  http::agent_options options;
  options.proxy = "http://user:password@proxy.test:3128";
  options.no_proxy = "localhost, .internal.test, 10.0.0.0/8";
  options.proxy_tunnel = true;  // CONNECT for http too; https always uses it
  return options;
}
// [through_http_proxy]

// [through_socks]
http::agent_options through_socks() {
  http::agent_options options;
  options.proxy = "socks5h://proxy.test";  // the proxy resolves the names of hosts
  return options;
}
// [through_socks]

// [from_environment]
http::agent_options as_curl_does() {
  http::agent_options options;
  options.proxy_env = http::process_environment;  // http_proxy, https_proxy, no_proxy
  return options;
}
// [from_environment]

// [accept_proxy_protocol]
http::listen_options behind_balancer() {
  http::listen_options options;
  options.host = "127.0.0.1";
  options.proxy_protocol.mode = http::proxy_protocol_mode::required;
  options.proxy_protocol.trusted = {"127.0.0.0/8", "10.0.0.0/8"};
  return options;
}

void show_client(http::incoming_message& req, http::server_response& res) {
  res.end(req.socket().remote_endpoint().address +  // of the client, as the balancer says
          " via " + req.socket().direct_remote_endpoint().address);
}
// [accept_proxy_protocol]

// [send_proxy_protocol]
std::string announce(anode::socket const& client) {
  anode::proxy_header header;
  header.local = false;
  header.source = client.remote_endpoint();
  header.destination = client.local_endpoint();
  return anode::write_proxy_header(header);  // for request_options::proxy_header
}
// [send_proxy_protocol]

}  // namespace

TEST_CASE("recipes for proxies: a reverse proxy") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent_options options;
  options.create_connection = origin.connections();
  http::agent agent(loop.get_executor(), options);
  http::server front{loop.get_executor(),
                     [&](http::incoming_message& req, http::server_response& res) {
                       return forward_or_502(agent, req, res);
                     }};
  testing::peer client = loop.connect(front);
  client.send("GET /a?b HTTP/1.1\r\nHost: front\r\nX: y\r\nConnection: X\r\n\r\n");
  std::string const head = origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("GET /a?b HTTP/1.1\r\n"));
  CHECK(head.find("Via: 1.1 front\r\n") != std::string::npos);
  CHECK(head.find("X: y") == std::string::npos);
  origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\nok");
  CHECK(client.expect_until("ok").find("A: b\r\n") != std::string::npos);

  origin.refuse(net::error::connection_refused);
  client.send(get("/"));
  client.expect("HTTP/1.1 502 Bad Gateway\r\n");
}

TEST_CASE("recipes for proxies: tunnels") {
  testing::event_loop loop;
  http::server proxy{loop.get_executor()};
  proxy.on_connect(tunnel);
  testing::peer client = loop.connect(proxy);
  client.send("CONNECT host.test:22 HTTP/1.1\r\nHost: host.test:22\r\n\r\n");
  client.expect("HTTP/1.1 403 Forbidden\r\n");

  auto [a, inner_a] = anode::socket_pair(loop.get_executor());
  auto [b, inner_b] = anode::socket_pair(loop.get_executor());
  a.end("to b");
  b.end("to a, longer");
  CHECK(loop.run(join(inner_a, inner_b)) == 16);
}

TEST_CASE("recipes for proxies: agents behind a proxy") {
  testing::event_loop loop;
  testing::origin proxy{loop};
  auto const get_through = [&](http::agent_options options) {
    options.create_connection = proxy.connections();
    http::agent agent(loop.get_executor(), std::move(options));
    http::client_request req = agent.request("GET", "http://shop.test/");
    req.on_response([](http::incoming_message res) { res.dump(); });
    req.end();
    loop.settle();
    return req;
  };
  http::client_request const tunnelled = get_through(through_proxy());
  CHECK(proxy.target(0).host == "proxy.test");
  CHECK(proxy.target(0).port == 3128);
  std::string const head = proxy[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("CONNECT shop.test:80 HTTP/1.1\r\n"));
  CHECK(head.find("Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n") != std::string::npos);

  http::client_request const socks = get_through(through_socks());
  CHECK(proxy.target(1).port == 1080);
  proxy[1].expect(std::string("\5\1\0", 3));

  http::agent_options with_variable = as_curl_does();
  REQUIRE(with_variable.proxy_env);
  with_variable.proxy_env = [](std::string_view name) {
    return name == "http_proxy" ? std::string("http://env.test:8080") : std::string();
  };
  http::client_request const environment = get_through(with_variable);
  CHECK(proxy.target(2).host == "env.test");
  CHECK(proxy[2].expect_until("\r\n") == "GET http://shop.test/ HTTP/1.1\r\n");
}

TEST_CASE("recipes for proxies: the PROXY protocol") {
  net::io_context io{1};
  http::server back{io.get_executor(), show_client};
  back.listen(behind_balancer());
  http::server front{io.get_executor()};
  std::string text;
  front.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        http::request_options options;
        options.host = "127.0.0.1";
        options.port = back.address().port;
        options.proxy_header = announce(req.socket());
        http::incoming_message answer = co_await http::get(io.get_executor(), options);
        std::string const seen = co_await answer.text();
        co_await res.end(seen);
      });
  front.listen(0, "127.0.0.1");
  net::co_spawn(
      io,
      [&]() -> net::awaitable<void> {
        auto res = co_await http::get(io.get_executor(),
                                      "http://127.0.0.1:" + std::to_string(front.address().port));
        text = co_await res.text();
        front.close();
        back.close();
        http::global_agent(io.get_executor()).destroy();
      },
      net::detached);
  io.run_for(30s);
  CHECK(text == "127.0.0.1 via 127.0.0.1");
}
