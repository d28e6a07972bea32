// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that a client must not reuse, and what its errors say when a connection is lost.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace security_client_connection_reuse {

namespace {

namespace http = anode::http;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using namespace std::chrono_literals;

// Completes one request, which leaves a free connection.
void warm_up(client_fixture& f) {
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, ok);
  f.pop_events();
  REQUIRE(f.agent.totals().free_sockets == 1);
}

// Sends another request.
// @return whether it got the same connection
bool goes_to_the_first(client_fixture& f) {
  std::size_t const before = f.peers.size();
  auto r = f.request("GET", "/next");
  r.end();
  f.settle();
  return f.peers.size() == before;
}

}  // namespace

TEST_CASE("client connection reuse: any byte on a free connection removes it from the pool",
          "[hostile]") {
  std::string const bytes = GENERATE(
      std::string(ok), std::string("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"),
      std::string("x"), std::string("\r\n"), std::string("\0", 1));
  client_fixture f(keeping());
  warm_up(f);
  f.say(0, bytes);
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers.at(0).ended());
  auto r = f.request("GET", "/next");
  r.end();
  f.settle();
  REQUIRE(f.peers.size() == 2);
  f.say(1, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events().find("response 201") != std::string::npos);
}

TEST_CASE("client connection reuse: a free connection that ends or is reset is not reused",
          "[hostile]") {
  bool const reset = GENERATE(true, false);
  client_fixture f(keeping());
  warm_up(f);
  if (reset) {
    f.peers.at(0).reset();
  } else {
    f.peers.at(0).end();
  }
  f.settle();
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK_FALSE(goes_to_the_first(f));
}

TEST_CASE("client connection reuse: a response before its request closes the connection",
          "[hostile]") {
  client_fixture f(keeping());
  auto r = f.request("POST");
  r.write("some of the body");
  f.settle();
  f.say(0, ok);
  CHECK(f.pop_events().find("response 200") != std::string::npos);
  CHECK(f.agent.totals().free_sockets == 0);
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  r.end();
  f.settle();
  CHECK(f.pop_events().find("evil") == std::string::npos);
  CHECK(f.agent.totals().free_sockets == 0);
}

namespace {

struct failure {
  char const* name;
  char const* point;
  char const* verdict;
  char const* phase;
};

// Brings a request on a reused connection to a point of its life.
void bring_to(client_fixture& f, http::client_request& r, std::string const& point) {
  if (point == "mid-write") {
    r.write("begin");
    f.settle();
    return;
  }
  r.end("whole");
  f.settle();
  if (point == "mid-head") {
    f.say(0, "HTTP/1.1 200 OK\r\nCont");
  } else if (point == "mid-body") {
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  }
}

}  // namespace

TEST_CASE("client connection reuse: the error of a lost connection says how far the request got",
          "[hostile]") {
  bool const reset = GENERATE(true, false);
  for (char const* method : {"PUT", "POST"}) {
    for (failure const& at : {failure{"", "mid-write", "maybe_processed", "send"},
                              failure{"", "written", "maybe_processed", "head"},
                              failure{"", "mid-head", "response_started", "head"}}) {
      INFO(method << " " << at.point << (reset ? " reset" : " ended"));
      client_fixture f(keeping());
      warm_up(f);
      auto r = f.request(method);
      std::string error;
      bool reused = false;
      std::uint64_t sent = 0;
      std::uint64_t received = 0;
      r.on_request_error([&](http::request_error const& e) {
        error = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
                std::string(http::to_string(e.verdict()));
        reused = e.reused_socket();
        sent = e.bytes_sent();
        received = e.bytes_received();
      });
      std::size_t const received_before = f.peers.at(0).received().size();
      bring_to(f, r, at.point);
      std::size_t const expected = f.peers.at(0).received().size() - received_before;
      if (reset) {
        f.peers.at(0).reset();
      } else {
        f.peers.at(0).end();
      }
      f.settle();
      CHECK(error == std::string("ECONNRESET ") + at.phase + " " + at.verdict);
      CHECK(reused);
      CHECK(r.reused_socket());
      CHECK(sent == expected);
      CHECK((received > 0) == (std::string(at.point) == "mid-head"));
      CHECK(f.peers.size() == 1);  // sent once, without retry
      CHECK(f.agent.totals().sockets == 0);
    }
  }
}

TEST_CASE("client connection reuse: a body that is cut off fails its reader at any point",
          "[hostile]") {
  bool const reset = GENERATE(true, false);
  client_fixture f(keeping());
  warm_up(f);
  auto r = f.request("PUT");
  bring_to(f, r, "mid-body");
  if (reset) {
    f.peers.at(0).reset();
  } else {
    f.peers.at(0).end();
  }
  f.settle();
  CHECK(f.pop_events().find("res.error ECONNRESET, res.close") != std::string::npos);
  CHECK_FALSE(f.response.complete());
  CHECK(f.peers.size() == 1);
}

TEST_CASE("client connection reuse: a late Connection: close and short hints prevent reuse",
          "[hostile]") {
  SECTION("Connection: close in a later response") {
    client_fixture f(keeping());
    warm_up(f);
    CHECK(goes_to_the_first(f));
    f.say(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    CHECK(f.agent.totals().free_sockets == 0);
    CHECK_FALSE(goes_to_the_first(f));
  }
  SECTION("Connection: close among other tokens, in any case") {
    for (char const* value : {"CLOSE", "foo, close", "keep-alive, Close"}) {
      INFO(value);
      client_fixture f(keeping());
      auto r = f.request("GET");
      r.end();
      f.settle();
      f.say(0, std::string("HTTP/1.1 200 OK\r\nConnection: ") + value +
                   "\r\nContent-Length: 2\r\n\r\nok");
      CHECK(f.agent.totals().free_sockets == 0);
    }
  }
  SECTION("Keep-Alive: timeout=0 and 1") {
    for (char const* value : {"timeout=0", "timeout=1", "timeout=1, max=5"}) {
      INFO(value);
      client_fixture f(keeping());
      auto r = f.request("GET");
      r.end();
      f.settle();
      f.say(0, std::string("HTTP/1.1 200 OK\r\nKeep-Alive: ") + value +
                   "\r\nContent-Length: 2\r\n\r\nok");
      f.advance(1s);
      CHECK(f.agent.totals().free_sockets == 0);
    }
  }
}

TEST_CASE("client connection reuse: a final response instead of 100 leaves the connection unused",
          "[hostile]") {
  bool const sends = GENERATE(true, false);
  client_fixture f(keeping());
  auto r = f.request("POST");
  r.set_header("Expect", "100-continue");
  r.set_header("Content-Length", 4);
  r.flush_headers();
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\n"));
  f.say(0, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events().find("response 417") != std::string::npos);
  CHECK(f.agent.totals().free_sockets == 0);
  if (sends) {
    // The request completes with its body. Only then the connection is free.
    r.end("body");
    f.settle();
    CHECK(f.peers.at(0).received().ends_with("\r\n\r\nbody"));
    CHECK(f.agent.totals().free_sockets == 1);
  } else {
    r = {};
    f.settle();
    CHECK(f.agent.totals().free_sockets == 0);
    CHECK(f.peers.at(0).ended());
  }
}

TEST_CASE(
    "client connection reuse: a response before the end of the body is read, and the body "
    "continues",
    "[hostile]") {
  client_fixture f(keeping());
  auto r = f.request("POST");
  r.write("first");
  f.settle();
  f.say(0, "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
  std::string const events = f.pop_events();
  CHECK(events.find("response 413, data no, res.end") != std::string::npos);
  CHECK(f.peers.at(0).ended());  // The connection will not be reused.
  r.write("second");
  r.end();
  f.settle();
  CHECK(f.pop_events().find("error") == std::string::npos);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client upgrade: bytes behind 101 and behind 200 to CONNECT are passed once",
          "[hostile]") {
  bool const connect = GENERATE(true, false);
  std::string const head =
      connect ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
              : "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
  std::string const bytes = head + "HTTP/1.1 200 OK\r\n\r\nleft";
  for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
    client_fixture f(keeping());
    auto r = f.request(connect ? "CONNECT" : "GET", connect ? "host:1" : "/");
    if (!connect) {
      r.set_header("Connection", "Upgrade");
      r.set_header("Upgrade", "x");
    }
    std::string got;
    anode::socket socket;
    auto const take = [&](http::incoming_message, anode::socket s) {
      socket = s;
      auto const read = [](anode::socket from, std::string& to) -> boost::asio::awaitable<void> {
        while (auto const chunk = co_await from.read()) {
          to.append(*chunk);
        }
      };
      boost::asio::co_spawn(f.io, read(s, got), boost::asio::detached);
    };
    r.on_connect(take);
    r.on_upgrade(take);
    r.end();
    f.settle();
    f.say(0, std::string_view(bytes).substr(0, cut));
    f.say(0, std::string_view(bytes).substr(cut));
    if (got != "HTTP/1.1 200 OK\r\n\r\nleft") {
      FAIL_CHECK("cut at " << cut << ": " << got);
    }
    f.pop_events();
    socket.destroy();
    f.settle();
  }
}

TEST_CASE("client connection reuse: bytes behind an early response hide no end and prevent reuse",
          "[hostile]") {
  bool const finishes = GENERATE(false, true);
  client_fixture f(keeping());
  auto r = f.request("POST");
  r.write("part");
  f.settle();
  f.say(0, ok);
  f.say(0, "HTTP/1.1 200 OK\r\n");
  f.pop_events();
  if (finishes) {
    r.end();
    f.settle();
    CHECK(f.pop_events() == "finish, close");
    CHECK(f.agent.totals().free_sockets == 0);
  } else {
    f.peers.at(0).end();
    f.settle();
    CHECK(f.pop_events() == "close");
  }
  CHECK(f.peers.at(0).ended());
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client connection reuse: each response to a range request is framed by its own length",
          "[hostile]") {
  client_fixture f(keeping());
  auto first = f.request("GET", "/file");
  first.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123");
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() ==
        "socket, finish, response 200, data 0123, res.aborted, close, res.error ECONNRESET, "
        "res.close");
  CHECK_FALSE(f.response.complete());

  // The rest arrives with its own length, and the next response with another.
  auto const ask = [&](std::string const& answer) {
    http::request_options o;
    o.host = "test";
    o.path = "/file";
    o.headers = {{"Range", "bytes=4-"}, {"If-Range", "\"a\""}};
    auto r = f.watched(f.agent.request(std::move(o)));
    r.end();
    f.settle();
    f.say(1, answer);
    return r;
  };
  std::string const part =
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: ";
  auto second = ask(part + "6\r\n\r\n456789");
  CHECK(f.pop_events() == "socket, finish, response 206, data 456789, res.end, close, res.close");
  CHECK(f.response.complete());
  CHECK(f.agent.totals().free_sockets == 1);

  // A server that announces the length of the whole resource has sent too few bytes.
  auto third = ask(part + "10\r\n\r\n456789");
  CHECK(f.pop_events() == "socket, finish, response 206, data 456789");
  f.peers.at(1).end();
  f.settle();
  CHECK(f.pop_events() == "res.aborted, close, res.error ECONNRESET, res.close");
  CHECK_FALSE(f.response.complete());
}

}  // namespace security_client_connection_reuse
