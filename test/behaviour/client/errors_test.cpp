// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What the errors of a client contain: the cause, the phase, and whether the server may have
// processed the request.
#include "support/client_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>

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
