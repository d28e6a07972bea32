// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/preface/socks_handshake.hpp"

#include "support/catch.hpp"
#include "support/stream_user.hpp"
#include "transport/lookup.hpp"
#include "transport/memory_stream.hpp"
#include "transport/resolver_pool.hpp"

#include <anode/error.hpp>

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>

namespace unit_transport_socks_handshake {

using anode::error_code;
using anode::preface::socks_reply;
using anode::preface::socks_request;
using anode::transport::connect_target;
using anode::transport::make_memory_pair;
using anode::transport::resolved_address;
using anode::transport::socks_result;
using anode::transport::start_lookup;
using anode::transport::start_socks_handshake;
using support::stream_user;
using namespace std::string_literals;
namespace net = boost::asio;

namespace {

struct fixture {
  explicit fixture(std::size_t capacity = 65536) {
    auto pair = make_memory_pair(io.get_executor(), capacity);
    proxy = std::move(pair.first);
    socks_request request;
    request.name = "example.org";
    request.port = 443;
    handshake = start_socks_handshake(std::move(pair.second), request, [this](socks_result result) {
      REQUIRE_FALSE(outcome);
      outcome.emplace(std::move(result));
    });
    CHECK_FALSE(handshake->looking_up());
  }

  void run() {
    io.restart();
    io.poll();
  }

  // Reads what the client has sent.
  std::string sent() {
    stream_user reader(*proxy);
    std::string all;
    for (int i = 0; i < 100; ++i) {
      reader.read(100);
      run();
      if (!reader.done()) {
        break;
      }
      all += reader.bytes;
      if (reader.ec) {
        break;
      }
    }
    return all;
  }

  void answer(std::string const& bytes) {
    stream_user::write(*proxy, bytes);
    run();
  }

  net::io_context io;
  std::unique_ptr<anode::byte_stream> proxy;
  anode::detail::ptr<anode::transport::connector> handshake;
  std::optional<socks_result> outcome;
};

std::string const reply = "\5\0\0\3\4name\0\1"s;

}  // namespace

TEST_CASE("socks handshake: the stream begins behind the reply, wherever the answers are cut") {
  std::string const all = reply + "first bytes";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    CAPTURE(cut);
    fixture f;
    f.run();
    f.answer("\5");
    f.answer("\0"s);
    f.answer(all.substr(0, cut));
    CHECK(f.outcome.has_value() == (cut >= reply.size()));
    f.answer(all.substr(cut));
    REQUIRE(f.outcome);
    REQUIRE(f.outcome->stream);
    stream_user reader(*f.outcome->stream);
    reader.read(100);
    f.run();
    CHECK(reader.bytes == "first bytes");
  }
}

TEST_CASE("socks handshake: requests leave through a stream that accepts little") {
  fixture f(4);
  std::string got;
  bool answered = false;
  stream_user reader(*f.proxy);
  for (int i = 0; i < 100 && got.size() < 21; ++i) {
    reader.read(100);
    f.run();
    if (!reader.done()) {
      break;
    }
    got += reader.bytes;
    if (got.size() == 3 && !std::exchange(answered, true)) {
      f.answer("\5\0"s);
    }
  }
  CHECK(got == "\5\1\0\5\1\0\3\x0b"s + "example.org\1\xbb");
}

TEST_CASE("socks handshake: a refusal, nonsense and an end close the stream") {
  SECTION("refusal") {
    fixture f;
    f.run();
    f.answer("\5\0"s);
    f.answer("\5\4"s);
    REQUIRE(f.outcome);
    CHECK_FALSE(f.outcome->stream);
    CHECK_FALSE(f.outcome->ec);
    CHECK(f.outcome->reply == socks_reply::host_unreachable);
  }
  SECTION("nonsense") {
    fixture f;
    f.run();
    f.answer("HTTP/1.1 400 Bad Request\r\n\r\n");
    REQUIRE(f.outcome);
    CHECK(f.outcome->why == "the proxy does not speak SOCKS5");
    CHECK_FALSE(f.outcome->stream);
  }
  SECTION("an end at each byte") {
    std::string const all = "\5\0"s + reply;
    for (std::size_t cut = 0; cut < all.size(); ++cut) {
      CAPTURE(cut);
      fixture f;
      f.run();
      f.answer(all.substr(0, std::min<std::size_t>(cut, 2)));
      f.answer(all.substr(2, cut > 2 ? cut - 2 : 0));
      CHECK_FALSE(f.outcome);
      f.proxy->close();
      f.run();
      REQUIRE(f.outcome);
      CHECK(f.outcome->ec == anode::http::error::connection_reset);
      CHECK_FALSE(f.outcome->stream);
    }
  }
}

TEST_CASE("socks handshake: cancelling closes the stream and calls nothing") {
  for (int steps = 0; steps < 3; ++steps) {
    CAPTURE(steps);
    fixture f;
    if (steps > 0) {
      f.run();
    }
    if (steps > 1) {
      f.answer("\5\0"s);
    }
    f.handshake->cancel();
    f.handshake->cancel();
    f.answer("\5\0"s + reply);
    CHECK_FALSE(f.outcome);
    f.sent();
    error_code ec;
    stream_user::write(*f.proxy, "x", &ec);
    CHECK(ec);
  }
}

TEST_CASE("lookup: alternates the families and drops what was not asked for") {
  net::io_context io;
  std::string outcome;
  auto const look_up = [&](std::string host, int family, std::vector<resolved_address> answer,
                           error_code failure = {}) {
    outcome = "nothing";
    connect_target target;
    target.host = std::move(host);
    target.family = family;
    auto const running = start_lookup(
        io.get_executor(), target, [&](std::string_view, auto done) { done(failure, answer); },
        [&](error_code ec, std::vector<std::string> const& all) {
          outcome = ec ? std::string(anode::http::code_name(ec)) : "";
          for (std::string const& a : all) {
            outcome += a + " ";
          }
        });
    CHECK(outcome == "nothing");  // never inside the call
    CHECK(running->looking_up());
    io.restart();
    io.run();
    return outcome;
  };
  std::vector<resolved_address> const four{{"::1", 6}, {"::2", 6}, {"1.1.1.1", 4}, {"::3", 6}};
  CHECK(look_up("a.test", 0, four) == "::1 1.1.1.1 ::2 ::3 ");
  CHECK(look_up("a.test", 4, four) == "1.1.1.1 ");
  CHECK(look_up("a.test", 6, four) == "::1 ::2 ::3 ");
  CHECK(look_up("a.test", 0, {{"no address", 4}, {"1.1.1.1", 4}}) == "1.1.1.1 ");
  CHECK(look_up("a.test", 0, {}) == "ENOTFOUND");
  CHECK(look_up("a.test", 6, {{"1.1.1.1", 4}}) == "ENOTFOUND");
  CHECK(look_up("a.test", 0, {}, net::error::no_recovery) == "UNKNOWN");
  CHECK(look_up("10.0.0.1", 0, {}) == "10.0.0.1 ");
}

TEST_CASE("lookup: localhost needs no resolver, and a cancelled look-up calls nothing") {
  net::io_context io;
  std::string outcome;
  auto const note = [&](error_code ec, std::vector<std::string> const& all) {
    outcome = ec.message();
    for (std::string const& a : all) {
      outcome += " " + a;
    }
  };
  auto& pool = anode::transport::resolver_pool::of(io.get_executor());
  pool.set_lookup([](anode::transport::resolver_query const& query, error_code&) {
    return std::vector<std::string>{query.host == "a.test" ? "10.0.0.7" : "10.0.0.8"};
  });
  connect_target target;
  target.host = "LocalHost";
  start_lookup(io.get_executor(), target, {}, note);
  io.run();
  CHECK(outcome.ends_with(" 127.0.0.1 ::1"));
  target.host = "a.test";
  start_lookup(io.get_executor(), target, {}, note);
  io.restart();
  io.run();
  CHECK(outcome.ends_with(" 10.0.0.7"));
  outcome.clear();
  start_lookup(io.get_executor(), target, {}, note)->cancel();
  io.restart();
  io.run();
  CHECK(outcome.empty());
}

}  // namespace unit_transport_socks_handshake
