// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What the errors of a client contain: the cause, the phase, and whether the server may have
// processed the request.
#include "support/client_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace behaviour_client_errors {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;
using namespace std::chrono_literals;

std::string text_of(http::request_error const& e) {
  return std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
         std::string(http::to_string(e.verdict()));
}

// The error, and what is behind it.
std::string with_cause(http::request_error const& e) {
  std::string cause = "none";
  if (e.cause()) {
    try {
      std::rethrow_exception(e.cause());
    } catch (http::request_error const& inner) {
      cause = text_of(inner);
    } catch (std::exception const& inner) {
      cause = inner.what();
    } catch (int number) {
      cause = std::to_string(number);
    }
  }
  return text_of(e) + ": " + cause;
}

// Why a request of the agent fails.
std::string failure_of(net::io_context& io, http::agent& agent) {
  std::string error;
  auto r = agent.request("GET", "http://test/");
  r.on_request_error([&](http::request_error const& e) { error = with_cause(e); });
  r.end();
  io.restart();
  io.run();
  return error;
}

std::string failure(http::agent_options const& options) {
  net::io_context io;
  http::agent agent(io.get_executor(), options);
  return failure_of(io, agent);
}

template <class T>
http::agent_options connections_throw(T const& what) {
  http::agent_options o;
  o.create_connection =
      [what](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    throw what;
    co_return nullptr;
  };
  return o;
}

template <class T>
http::agent_options look_ups_throw(T const& what) {
  http::agent_options o;
  o.lookup = [what](std::string_view, auto const&) { throw what; };
  return o;
}

net::awaitable<void> read_text(http::client_request& r, std::string& error, std::string& reason) {
  try {
    auto response = co_await r.response();
    co_await response.text();
  } catch (http::request_error const& e) {
    error = text_of(e);
    reason = e.reason();
  }
}

// The first writes succeed; then writing fails as after a reset of which reading does not know.
class failing_writes final : public anode::byte_stream {
public:
  failing_writes(std::unique_ptr<anode::byte_stream> s, bool const& fails)
      : inner_(std::move(s)), fails_(fails) {}
  net::any_io_executor get_executor() override { return inner_->get_executor(); }
  void async_read_some(net::mutable_buffer b, anode::io_callback done) override {
    inner_->async_read_some(b, std::move(done));
  }
  std::size_t try_write(std::span<net::const_buffer const> b, anode::error_code& ec) override {
    if (fails_) {
      ec = net::error::broken_pipe;
      return 0;
    }
    return inner_->try_write(b, ec);
  }
  void async_wait_writable(anode::io_callback done) override {
    inner_->async_wait_writable(std::move(done));
  }
  void async_shutdown(anode::io_callback done) override { inner_->async_shutdown(std::move(done)); }
  void close() override { inner_->close(); }
  bool is_open() const override { return inner_->is_open(); }

private:
  std::unique_ptr<anode::byte_stream> inner_;
  bool const& fails_;
};

std::string name_of(std::exception_ptr const& cause) {
  if (!cause) {
    return "none";
  }
  try {
    std::rethrow_exception(cause);
  } catch (boost::system::system_error const& e) {
    return std::string(http::code_name(e.code()));
  }
}

}  // namespace

TEST_CASE("client errors: a body reader fails with the error of its request") {
  int const how = GENERATE(0, 1, 2, 3, 4);
  net::cancellation_signal signal;
  client_fixture f;
  http::request_options o;
  o.host = "test";
  o.deadline = 1s;
  o.signal = signal.slot();
  auto r = f.agent.request(std::move(o));
  r.end();
  std::string error;
  std::string reason;
  net::co_spawn(f.io, read_text(r, error, reason), net::detached);
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK(error.empty());
  switch (how) {
    case 0:
      f.advance(1s);
      CHECK(error == "ETIMEDOUT body response_started");
      break;
    case 1:
      signal.emit(net::cancellation_type::terminal);
      f.settle();
      CHECK(error == "ABORT_ERR body response_started");
      break;
    case 2:
      f.say(0, "zz\r\n");
      CHECK(error == "HPE_INVALID_CHUNK_SIZE body response_started");
      CHECK(reason == "Invalid character in chunk size");
      break;
    case 3:
      f.peers.at(0).end();
      f.settle();
      CHECK(error == "ECONNRESET body response_started");
      break;
    default:
      r.destroy(http::error::body_too_large);
      f.settle();
      CHECK(error == "ERR_BODY_TOO_LARGE body response_started");
      break;
  }
}

TEST_CASE("client errors: the cause is the exception that made the connection fail") {
  SECTION("what makes connections") {
    std::string const code = "ECONNRESET connect not_sent";
    CHECK(failure(connections_throw(std::runtime_error("no way"))) == code + ": no way");
    CHECK(failure(connections_throw(17)) == code + ": 17");
    auto const full = net::error::make_error_code(net::error::no_descriptors);
    CHECK(failure(connections_throw(boost::system::system_error(full, "full")))
              .starts_with("EMFILE connect not_sent: full"));
  }
  SECTION("a look-up") {
    CHECK(failure(look_ups_throw(std::runtime_error("no way"))).ends_with("not_sent: no way"));
    CHECK(failure(look_ups_throw(17)).ends_with("lookup not_sent: 17"));
    auto const unknown = net::error::make_error_code(net::error::host_not_found);
    CHECK(failure(look_ups_throw(boost::system::system_error(unknown, "nobody")))
              .starts_with("ENOTFOUND lookup not_sent: nobody"));
  }
  SECTION("the CONNECT that asks a proxy for a tunnel") {
    http::agent_options o;
    o.proxy = "http://proxy:8000";
    o.proxy_tunnel = true;
    client_fixture f(o);
    std::string error;
    auto r = f.agent.request("GET", "http://test/");
    r.on_request_error([&](http::request_error const& e) { error = with_cause(e); });
    r.end();
    f.settle();
    f.peers.at(0).end();
    f.settle();
    CHECK(error == "ECONNRESET tunnel not_sent: ECONNRESET head maybe_processed");
  }
}

TEST_CASE("client errors: a reused exchange does not keep the cause of an earlier request") {
  bool throws = true;
  http::agent_options o;
  o.lookup = [&](std::string_view, auto const& done) {
    if (throws) {
      throw std::runtime_error("no way");
    }
    done(net::error::host_not_found, {});
  };
  net::io_context io;
  http::agent agent(io.get_executor(), o);
  CHECK(failure_of(io, agent).ends_with("lookup not_sent: no way"));
  throws = false;
  CHECK(failure_of(io, agent) == "ENOTFOUND lookup not_sent: none");
}

TEST_CASE("client errors: a queued request fails in the phase queued") {
  http::agent_options one;
  one.max_sockets = 1;
  client_fixture f(one);
  auto first = f.agent.request("GET", "http://test/first");
  first.end();
  http::request_options o;
  o.host = "test";
  o.deadline = 1s;
  auto r = f.agent.request(std::move(o));
  r.end();
  std::string error;
  r.on_request_error([&](http::request_error const& e) { error = text_of(e); });
  f.settle();
  f.advance(1s);
  CHECK(error == "ETIMEDOUT queued not_sent");
}

TEST_CASE(
    "client errors: a connect error has address and reason, but no source location of the "
    "library") {
  net::io_context io;
  std::string message;
  std::string code;
  auto const go = [&]() -> net::awaitable<void> {
    try {
      co_await anode::connect(io.get_executor(), "127.0.0.1:1");
    } catch (http::exception const& e) {
      message = e.what();
      code = e.code_name();
    }
  };
  net::co_spawn(io, go(), net::detached);
  io.run();
  CHECK(code == "ECONNREFUSED");
  CHECK(message == "connect ECONNREFUSED 127.0.0.1:1 (Connection refused)");
}

TEST_CASE("client errors: an invalid URL is reported without its credentials") {
  auto const [url, message] = GENERATE(
      table<std::string, std::string>({{"nope", "Invalid URL: nope"},
                                       {"http://user:secret@ho st/", "Invalid URL: http://ho st/"},
                                       {"http://a\r\nb:x/", "Invalid URL: http://a??b:x/"},
                                       {"http://:" + std::string(1000, 'x'),
                                        "Invalid URL: http://:" + std::string(248, 'x') + "..."}}));
  http::request_options o;
  std::string said;
  try {
    o.set_url(url);
  } catch (http::exception const& e) {
    CHECK(e.code_name() == "ERR_INVALID_URL");
    said = e.what();
  }
  CHECK(said == message);
}

TEST_CASE("client errors: the cause of a lost connection is the system's error") {
  net::io_context io;
  bool fails = false;
  std::optional<support::http_peer> peer;
  http::agent_options o;
  o.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    auto pair = anode::transport::make_memory_pair(io.get_executor());
    peer.emplace(anode::socket(std::move(pair.second)), true);
    co_return std::make_unique<failing_writes>(std::move(pair.first), fails);
  };
  http::agent agent(io.get_executor(), o);
  auto const settle = [&] {
    io.restart();
    io.poll();
  };
  std::string error = "none";
  std::string cause;
  auto r = agent.request("POST", "http://test/");
  r.on_request_error([&](http::request_error const& e) {
    error = text_of(e);
    cause = name_of(e.cause());
  });
  r.write("a");
  settle();
  SECTION("a write that fails before the response: socket hang up") {
    fails = true;
    r.write("b");
    settle();
    CHECK(error == "none");  // a response may still be on its way
    peer->end();
    settle();
    CHECK(error == "ECONNRESET send maybe_processed");
    CHECK(cause == "EPIPE");
  }
  SECTION("a write that fails during the response: aborted") {
    http::incoming_message response;
    std::string of_response;
    std::string of_reader;
    r.on_response([&](http::incoming_message m) { response = std::move(m); });
    peer->send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    settle();
    REQUIRE(response);
    CHECK_FALSE(response.cause());
    response.on_error([&](boost::system::error_code ec) {
      of_response = std::string(http::code_name(ec)) + " " + name_of(response.cause());
    });
    auto const read = [&]() -> net::awaitable<void> {
      try {
        co_await response.text();
      } catch (http::request_error const& e) {
        of_reader = text_of(e) + " " + name_of(e.cause());
      }
    };
    fails = true;
    r.write("b");
    settle();
    peer->end();
    net::co_spawn(io, read(), net::detached);
    settle();
    CHECK(of_response == "ECONNRESET EPIPE");
    CHECK(of_reader == "ECONNRESET body response_started EPIPE");
  }
  SECTION("a connection that the server closes: none") {
    peer->end();
    settle();
    CHECK(error == "ECONNRESET send maybe_processed");
    CHECK(cause == "none");
  }
}

TEST_CASE("client errors: a reset during a response is its cause") {
  net::io_context io;
  net::ip::tcp::acceptor acceptor(io, {net::ip::make_address("127.0.0.1"), 0});
  http::agent agent(io.get_executor());
  http::incoming_message m;  // outlives its reader, which resumes before the listener
  std::string of_response;
  std::string of_reader;
  auto const serve = [&]() -> net::awaitable<void> {
    net::ip::tcp::socket s = co_await acceptor.async_accept(net::use_awaitable);
    std::string bytes(1000, 0);
    co_await s.async_read_some(net::buffer(bytes), net::use_awaitable);
    std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    co_await net::async_write(s, net::buffer(head), net::use_awaitable);
    co_await s.async_read_some(net::buffer(bytes), net::use_awaitable);  // until the client has it
    s.set_option(net::socket_base::linger(true, 0));
    s.close();
  };
  auto const ask = [&]() -> net::awaitable<void> {
    auto r = agent.request(
        "POST", "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/");
    r.write("a");
    m = co_await r.response();
    m.on_error([&](boost::system::error_code ec) {
      of_response = std::string(http::code_name(ec)) + " " + name_of(m.cause());
    });
    r.write("b");
    try {
      co_await m.text();
    } catch (http::request_error const& e) {
      of_reader = text_of(e) + " " + name_of(e.cause());
    }
  };
  net::co_spawn(io, serve(), net::detached);
  net::co_spawn(io, ask(), net::detached);
  io.run();
  CHECK(of_response == "ECONNRESET ECONNRESET");
  CHECK(of_reader == "ECONNRESET body response_started ECONNRESET");
}

}  // namespace behaviour_client_errors
