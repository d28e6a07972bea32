// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What precedes TLS on a connection: a PROXY header, or the handshake with a SOCKS5 proxy.

#include "support/tcp_client.hpp"
#include "support/tls/fixture.hpp"

#include <anode/proxy_protocol.hpp>
#include <anode/relay.hpp>

#include <string>
#include <vector>

namespace behaviour_tls_prefaces {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string const granted = "\5\0\0\1\0\0\0\0\0\0"s;

http::request_options good() {
  http::request_options r;
  r.host = "good.test";
  r.path = "/x";
  return r;
}

// A SOCKS5 proxy in memory that connects every request to the server of a fixture.
class socks_proxy {
public:
  explicit socks_proxy(tls_fixture& f) : f_(f) {}

  anode::https::agent agent(std::string url) {
    anode::https::agent_options o;
    o.proxy = std::move(url);
    o.keep_alive = true;
    o.secure = f_.client_context();
    o.create_connection =
        [this](
            http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
      auto pair = anode::transport::make_memory_pair(f_.loop.get_executor(), f_.capacity);
      net::co_spawn(f_.loop.get_executor(), serve(anode::socket(std::move(pair.second))),
                    net::detached);
      co_return std::move(pair.first);
    };
    return {f_.loop.get_executor(), o};
  }

  std::vector<std::string> targets;
  std::string behind = "";  // sent together with the reply
  char reply = 0;

private:
  net::awaitable<std::string> read(anode::socket from, std::size_t size) {
    std::string all;
    while (all.size() < size) {
      std::string piece(size - all.size(), '\0');
      std::size_t const n = co_await from.read(net::buffer(piece));
      REQUIRE(n > 0);
      all += piece.substr(0, n);
    }
    co_return all;
  }

  net::awaitable<void> serve(anode::socket client) {
    co_await read(client, 3);
    std::string const method = "\5\0"s;
    co_await client.write(method);
    std::string const begin = co_await read(client, 5);
    std::size_t const size = static_cast<unsigned char>(begin[4]);
    std::string const rest = co_await read(client, size + 2);
    targets.push_back(rest.substr(0, size));
    std::string answer = granted + behind;
    answer[1] = reply;
    co_await client.write(answer);
    anode::socket const origin(f_.connect());
    co_await anode::relay(client, origin);
  }

  tls_fixture& f_;
};

}  // namespace

TEST_CASE("prefaces: https through a SOCKS5 proxy trusts the server and not the proxy") {
  tls_fixture f;
  f.capacity = GENERATE(std::size_t{1}, std::size_t{65536});
  socks_proxy p(f);
  anode::https::agent agent = p.agent("socks5h://proxy.test");
  for (int i = 0; i < 3; ++i) {
    tls_answer const a = f.request(agent, good());
    CHECK(a.message == "");
    CHECK(a.body == "GET /x ");
    REQUIRE(a.info);
    CHECK(a.info->servername == "good.test");
  }
  CHECK(p.targets == std::vector<std::string>{"good.test"});
  CHECK(f.connections == 1);
  http::request_options other = good();
  other.host = "other.test";
  CHECK(f.request(agent, other).error == "ERR_TLS_CERT_ALTNAME_INVALID");
}

TEST_CASE("prefaces: bytes of the proxy behind its reply are not taken for TLS") {
  tls_fixture f;
  socks_proxy p(f);
  p.behind = "HTTP/1.1 200 OK\r\n\r\n";
  anode::https::agent agent = p.agent("socks5h://proxy.test");
  tls_answer const a = f.request(agent, good());
  CHECK(a.status == 0);
  CHECK(a.phase == "secure");
  CHECK(a.verdict == "not_sent");
}

TEST_CASE("prefaces: a refusal of the SOCKS5 proxy") {
  tls_fixture f;
  socks_proxy p(f);
  p.reply = 5;
  anode::https::agent agent = p.agent("socks5h://proxy.test");
  tls_answer const a = f.request(agent, good());
  CHECK(a.error == "ERR_PROXY_TUNNEL");
  CHECK(a.phase == "tunnel");
  CHECK(a.message == "SOCKS5: connection refused (5) for good.test:443 by proxy.test:1080");
}

TEST_CASE("prefaces: a PROXY header precedes TLS, and announces the client of an https server") {
  tls_fixture f;
  net::io_context& io = f.loop.context();
  anode::https::server server(io.get_executor(), f.server_context({}));
  std::vector<std::string> events;
  server.on_connection(
      [&](anode::socket s) { events.push_back("connection " + s.remote_endpoint().address); });
  server.on_secure_connection([&](anode::socket s) {
    events.push_back("secureConnection " + s.remote_endpoint().address);
  });
  server.on_request([&](http::incoming_message& req, http::server_response& res) {
    anode::socket const s = req.socket();
    events.push_back("request " + s.remote_endpoint().address + " by " +
                     s.direct_remote_endpoint().address + " to " + s.proxied()->header.authority);
    res.end("ok");
  });
  server.on_client_error([&](http::client_error const& e, anode::socket s) {
    events.emplace_back(http::code_name(e.code));
    s.destroy();
  });
  http::listen_options where;
  where.host = "127.0.0.1";
  where.proxy_protocol.mode = http::proxy_protocol_mode::required;
  where.proxy_protocol.trusted.add("127.0.0.1");
  server.listen(where);

  anode::https::agent_options o;
  o.secure = f.client_context();
  anode::https::agent agent(io.get_executor(), o);
  anode::proxy_header header;
  header.local = false;
  header.source = {"203.0.113.7", 1000, "IPv4"};
  header.destination = {"10.0.0.1", 443, "IPv4"};
  header.authority = "good.test";
  http::request_options r;
  r.host = "127.0.0.1";
  r.port = server.address().port;
  r.servername = "good.test";
  r.proxy_header = anode::write_proxy_header(header, true);
  auto const answer = f.start(agent, r);
  support::run_until(io, [&] { return answer->done; });
  CHECK(answer->message == "");
  CHECK(answer->body == "ok");
  CHECK(events == std::vector<std::string>{"connection 203.0.113.7", "secureConnection 203.0.113.7",
                                           "request 203.0.113.7 by 127.0.0.1 to good.test"});

  // Without a header TLS is refused without an answer, not even an alert.
  events.clear();
  support::tcp_client client(io, r.port);
  client.send("\x16\x03\x01\x02\x00\x01\x00"s);
  CHECK(client.wait_for_end() == "");
  support::run_until(io, [&] { return !events.empty(); });
  CHECK(events == std::vector<std::string>{"ERR_PROXY_PROTOCOL"});
}

}  // namespace behaviour_tls_prefaces
