// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that cannot be established or are lost before a response.
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstring>

namespace behaviour_client_node_connect {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;
using support::client_log;
using support::event_log;
using tcp = net::ip::tcp;

// Returns whether this machine has an address.
bool has(std::string const& address) {
  net::io_context io;
  boost::system::error_code ec;
  tcp::acceptor a(io);
  auto const at = net::ip::make_address(address);
  a.open(tcp::endpoint(at, 0).protocol(), ec);
  if (!ec) {
    a.bind(tcp::endpoint(at, 0), ec);
  }
  return !ec;
}

// Answers with its name and the client's address.
http::handler naming(std::string name) {
  return [name = std::move(name)](http::incoming_message& req, http::server_response& res) {
    res.end(name + " " + req.socket().remote_endpoint().address);
  };
}

// Sends a request and returns its body, or the name of its error.
std::string outcome(net::io_context& io, http::request_options o) {
  std::string result;
  auto const ask = [&]() -> net::awaitable<void> {
    auto r = http::request(io.get_executor(), std::move(o));
    r.end();
    try {
      auto response = co_await r.response();
      result = co_await response.text();
    } catch (http::request_error const& e) {
      result = e.code_name();
    }
  };
  support::run(io, ask());
  return result;
}

}  // namespace

TEST_CASE("test-http-localaddress: a request from a given local address") {
  if (!has("127.0.0.2")) {
    return;
  }
  net::io_context io;
  http::server server(io.get_executor(), naming("from"));
  server.listen(0, "127.0.0.1");
  http::request_options o;
  o.host = "localhost";
  o.port = server.address().port;
  o.local_address = "127.0.0.2";
  o.family = 4;
  o.one_shot = true;
  CHECK(outcome(io, std::move(o)) == "from 127.0.0.2");
}

TEST_CASE("local_port: a request from a given local port") {
  net::io_context io;
  tcp::acceptor free(io, tcp::endpoint(net::ip::address_v4::loopback(), 0));
  std::uint16_t const port = free.local_endpoint().port();
  free.close();
  http::server server(io.get_executor(),
                      [](http::incoming_message& req, http::server_response& res) {
                        res.end(std::to_string(req.socket().remote_endpoint().port));
                      });
  server.listen(0, "127.0.0.1");
  http::request_options o;
  o.host = "127.0.0.1";
  o.port = server.address().port;
  o.local_port = port;
  o.one_shot = true;
  CHECK(outcome(io, std::move(o)) == std::to_string(port));
}

TEST_CASE("test-http-localaddress-bind-error: a foreign local address is one deferred error") {
  net::io_context io;
  http::request_options o;
  o.host = "127.0.0.1";
  o.port = 9;
  o.local_address = "1.2.3.4";
  o.one_shot = true;
  client_log log(io);
  auto r = http::request(io.get_executor(), std::move(o));
  log.watch(r);
  r.end();
  CHECK(log.pop_events().empty());
  support::settle(io);
  CHECK(log.pop_events() == "socket, error EADDRNOTAVAIL, close");
}

TEST_CASE("test-http-autoselectfamily: the first address that responds is used") {
  if (!has("::1")) {
    return;
  }
  bool const both = GENERATE(true, false);
  net::io_context io;
  http::server four(io.get_executor(), naming("response-ipv4"));
  four.listen(0, "127.0.0.1");
  http::server six(io.get_executor(), naming("response-ipv6"));
  std::uint16_t const port = four.address().port;
  if (both) {
    six.listen(port, "::1");
  }
  int lookups = 0;
  http::request_options o;
  o.host = "example.org";
  o.port = port;
  o.one_shot = true;
  o.lookup = [&](std::string_view host, auto done) {
    ++lookups;
    CHECK(host == "example.org");
    done({}, {{"::1", 6}, {"127.0.0.1", 4}});
  };
  CHECK(outcome(io, std::move(o)) == (both ? "response-ipv6 ::1" : "response-ipv4 127.0.0.1"));
  CHECK(lookups == 1);
}

TEST_CASE("family: only addresses of one family are tried") {
  int const family = GENERATE(4, 6);
  net::io_context io;
  http::server four(io.get_executor(), naming("four"));
  four.listen(0, "127.0.0.1");
  http::request_options o;
  o.host = "localhost";
  o.port = four.address().port;
  o.family = family;
  o.one_shot = true;
  std::string const got = outcome(io, std::move(o));
  if (family == 4) {
    CHECK(got == "four 127.0.0.1");
  } else {
    CHECK(got.starts_with("E"));  // no such address, or nothing listens there
  }
}

TEST_CASE("test-http-dns-error: a name without an address is a deferred ENOTFOUND") {
  net::io_context io;
  http::request_options o;
  o.host = std::string(64, '*');
  o.port = 42;
  o.one_shot = true;
  o.lookup = [](std::string_view, auto done) { done(net::error::host_not_found, {}); };
  client_log log(io);
  auto r = http::request(io.get_executor(), std::move(o));
  log.watch(r);
  r.end();
  CHECK(log.pop_events().empty());
  support::settle(io);
  CHECK(log.pop_events() == "socket, error ENOTFOUND, close");
  CHECK(log.error.find("lookup ENOTFOUND") != std::string::npos);
}

TEST_CASE("test-http-econnrefused: off, on, off, on: each request either fails or is answered") {
  net::io_context io;
  std::uint16_t port = 0;
  {
    tcp::acceptor free(io, tcp::endpoint(net::ip::address_v4::loopback(), 0));
    port = free.local_endpoint().port();
  }
  auto const ping = [&] {
    http::request_options o;
    o.method = "POST";
    o.host = "127.0.0.1";
    o.port = port;
    std::string result;
    auto const ask = [&]() -> net::awaitable<void> {
      auto r = http::request(io.get_executor(), o);
      r.end("PING");
      try {
        auto response = co_await r.response();
        result = co_await response.text();
      } catch (http::request_error const& e) {
        result = e.what();
      }
    };
    support::run(io, ask());
    return result;
  };
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      CHECK(ping().find("ECONNREFUSED") != std::string::npos);
    }
    auto const answer = [](http::incoming_message& req,
                           http::server_response& res) -> net::awaitable<void> {
      std::string const body = co_await req.text();
      res.set_header("Connection", "close");
      co_await res.end(body == "PING" ? "PONG" : "what?");
    };
    http::server server(io.get_executor(), answer);
    server.listen(port, "127.0.0.1");
    for (int j = 0; j < 2; ++j) {
      CHECK(ping() == "PONG");
    }
  }
}

TEST_CASE("test-http-conn-reset: a connection closed at once is one ECONNRESET") {
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.peers.at(0).close();
  f.settle();
  CHECK(f.pop_events() == "socket, finish, error ECONNRESET, close");
}

TEST_CASE("test-http-client-immediate-error: a connection that fails at once is a deferred error") {
  net::io_context io;
  http::agent_options a;
  a.create_connection =
      [](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    throw boost::system::system_error(net::error::network_unreachable);
  };
  http::agent agent(io.get_executor(), std::move(a));
  auto r = agent.request("GET", "http://test/");
  r.end();
  event_log log;
  r.on_error([&](boost::system::error_code ec) { log.note(std::string(http::code_name(ec))); });
  io.poll();
  CHECK(log.pop_events() == "ENETUNREACH");
}

TEST_CASE("test-http-request-lookup-error-catchable: a later listener still gets the error, once") {
  bool const throws = GENERATE(true, false);
  net::io_context io;
  http::request_options o;
  o.host = "blocked";
  o.one_shot = true;
  o.lookup = [&](std::string_view, auto done) {
    if (throws) {
      throw boost::system::system_error(net::error::access_denied);
    }
    done({}, {{"not an address", 4}});
  };
  auto r = http::request(io.get_executor(), std::move(o));
  r.end();
  int errors = 0;
  bool answered = false;
  r.on_request_error([&](http::request_error const& e) {
    ++errors;
    CHECK(e.phase() == http::request_phase::lookup);
    CHECK(e.verdict() == http::verdict::not_sent);
  });
  r.on_response([&](http::incoming_message) { answered = true; });
  support::settle(io);
  CHECK(errors == 1);
  CHECK_FALSE(answered);
}

TEST_CASE("test-http-client-req-error-dont-double-fire: a listener that throws is called once") {
  net::io_context io;
  http::request_options o;
  o.host = "nowhere";
  o.one_shot = true;
  o.lookup = [](std::string_view, auto done) { done(net::error::host_not_found, {}); };
  int calls = 0;
  auto r = http::request(io.get_executor(), std::move(o));
  r.on_error([&](boost::system::error_code) {
    ++calls;
    throw std::runtime_error("thrown by a listener");
  });
  bool closed = false;
  r.on_close([&] { closed = true; });
  r.end();
  int thrown = 0;
  for (int i = 0; i < 100 && !closed; ++i) {
    try {
      support::settle(io);
    } catch (std::runtime_error const& e) {
      CHECK(std::string(e.what()) == "thrown by a listener");
      ++thrown;
    }
  }
  try {
    support::settle(io);
  } catch (std::runtime_error const&) {
    ++thrown;
  }
  CHECK(calls == 1);
  CHECK(thrown == 1);
  CHECK(closed);
}

namespace {

// Fails a read that also returns a response.
class failing_stream final : public anode::byte_stream {
public:
  explicit failing_stream(net::any_io_executor ex) : ex_(std::move(ex)) {}
  net::any_io_executor get_executor() override { return ex_; }
  void async_read_some(net::mutable_buffer buffer, anode::io_callback done) override {
    std::string_view const late = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    std::memcpy(buffer.data(), late.data(), late.size());
    net::post(ex_, [done = std::move(done), n = late.size()]() mutable {
      done(net::error::connection_reset, n);
    });
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers,
                        boost::system::error_code&) override {
    return net::buffer_size(buffers);
  }
  void async_wait_writable(anode::io_callback) override {}
  void async_shutdown(anode::io_callback) override {}
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }

private:
  net::any_io_executor ex_;
  bool open_ = true;
};

}  // namespace

TEST_CASE("test-http-client-read-in-error: bytes received with an error are not a response") {
  net::io_context io;
  http::request_options o;
  auto const make =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    co_return std::make_unique<failing_stream>(io.get_executor());
  };
  o.create_connection = make;
  client_log log(io);
  auto r = http::request(io.get_executor(), std::move(o));
  log.watch(r);
  r.end();
  io.poll();
  CHECK(log.pop_events() == "socket, finish, error ECONNRESET, close");
}

}  // namespace behaviour_client_node_connect
