// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Clients that leave during a handler, and calls of the handler after that.

#include "security/busy_server.hpp"
#include "security/requests.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/run.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace security_server_lost_clients {

namespace http = anode::http;
namespace net = boost::asio;
using namespace anode::test;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

net::awaitable<void> wait_for_cancellation(event_log& log) {
  net::steady_timer t(co_await net::this_coro::executor, std::chrono::hours(1));
  try {
    co_await t.async_wait(net::use_awaitable);
  } catch (boost::system::system_error const&) {
    log.note("cancelled");
  }
}

struct act {
  std::string name;
  std::function<net::awaitable<void>(http::incoming_message&, http::server_response&)> run;
};

// An act that does not suspend.
template <class F>
act plain(std::string name, F f) {
  return {std::move(name),
          [f](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
            f(req, res);
            co_return;
          }};
}

// The calls that a handler can make on its messages.
std::vector<act> acts() {
  using req_t = http::incoming_message;
  using res_t = http::server_response;
  std::vector<act> all;
  all.push_back(plain("write_head", [](req_t&, res_t& res) { res.write_head(200, {{"A", "b"}}); }));
  all.push_back(plain("write_head and end", [](req_t&, res_t& res) { res.write_head(204).end(); }));
  all.push_back(plain("flush_headers", [](req_t&, res_t& res) { res.flush_headers(); }));
  all.push_back(plain("write", [](req_t&, res_t& res) { res.write(std::string(100000, 'x')); }));
  all.push_back(plain("end", [](req_t&, res_t& res) { res.end("x"); }));
  all.push_back(plain("end twice", [](req_t&, res_t& res) {
    res.end("x");
    res.end("y");
    res.write("z");
  }));
  all.push_back(plain("cork", [](req_t&, res_t& res) {
    res.cork();
    res.write("x");
    res.uncork();
    res.end();
  }));
  all.push_back(plain("interim responses", [](req_t&, res_t& res) {
    res.write_continue();
    res.write_processing();
    res.write_early_hints({{"link", "<a>"}});
    res.write_information(110);
  }));
  all.push_back(plain("add_trailers", [](req_t&, res_t& res) { res.add_trailers({{"T", "t"}}); }));
  all.push_back(plain("strict content length", [](req_t&, res_t& res) {
    res.set_strict_content_length(true);
    res.set_header("Content-Length", "1");
    res.end("x");
  }));
  all.push_back(plain("set_timeout", [](req_t& req, res_t& res) {
    res.set_timeout(1s);
    req.set_timeout(1s);
  }));
  all.push_back(plain("destroy the response", [](req_t&, res_t& res) { res.destroy(); }));
  all.push_back(plain("destroy the request", [](req_t& req, res_t&) { req.destroy(); }));
  all.push_back(plain("dump", [](req_t& req, res_t&) { req.dump(); }));
  all.push_back(plain("sockets", [](req_t& req, res_t& res) {
    req.socket().write("x");
    res.socket().end("x");
    res.socket().set_timeout(1s);
    req.socket().destroy_soon();
  }));
  all.push_back(
      plain("throw", [](req_t&, res_t&) { throw std::runtime_error("a handler's own"); }));
  all.push_back({"text", [](req_t& req, res_t&) -> net::awaitable<void> { co_await req.text(); }});
  all.push_back({"read", [](req_t& req, res_t&) -> net::awaitable<void> { co_await req.read(); }});
  all.push_back({"awaited write", [](req_t&, res_t& res) -> net::awaitable<void> {
                   std::string const large(1000000, 'x');
                   co_await res.write(large);
                 }});
  all.push_back(
      {"drained", [](req_t&, res_t& res) -> net::awaitable<void> { co_await res.drained(); }});
  all.push_back(
      {"finished", [](req_t&, res_t& res) -> net::awaitable<void> { co_await res.finished(); }});
  return all;
}

// How a connection is lost while its handler waits.
struct loss {
  std::string name;
  std::function<void(busy_server&)> lose;
};

std::vector<loss> losses() {
  std::vector<loss> all;
  all.push_back({"reset", [](busy_server& s) { s.client.reset(); }});
  all.push_back({"close", [](busy_server& s) { s.client.destroy(); }});
  all.push_back({"end of input", [](busy_server& s) { s.client.end(); }});
  all.push_back({"bad input", [](busy_server& s) { s.client.write("\x01\r\n\r\n"); }});
  all.push_back({"all closed", [](busy_server& s) { s.server->close_all_connections(); }});
  all.push_back({"no server", [](busy_server& s) { s.server.reset(); }});
  return all;
}

}  // namespace

TEST_CASE("server lifetime: calls of a handler after the end of its connection are harmless") {
  for (std::string const& sent :
       {std::string(get), std::string(open_post), std::string(get) + get + get}) {
    for (loss const& way : losses()) {
      for (act const& a : acts()) {
        INFO(way.name << ", " << a.name << ", " << sent);
        std::size_t done = 0;
        std::size_t begun = 0;
        std::vector<std::shared_ptr<net::steady_timer>> waits;
        moment m{"", sent,
                 http::handler([&](http::incoming_message& req,
                                   http::server_response& res) -> net::awaitable<void> {
                   ++begun;
                   auto const t = std::make_shared<net::steady_timer>(
                       co_await net::this_coro::executor, std::chrono::hours(1));
                   waits.push_back(t);
                   boost::system::error_code ignored;
                   co_await t->async_wait(net::redirect_error(net::use_awaitable, ignored));
                   try {
                     co_await a.run(req, res);
                   } catch (std::exception const&) {
                   }
                   ++done;
                 })};
        busy_server s(m);
        if (s.server) {
          s.server->on_error([](std::exception_ptr const&) {});
        }
        CHECK(begun > 0);
        way.lose(s);
        s.settle();
        for (auto const& t : waits) {
          t->cancel();
        }
        waits.clear();
        s.settle();
        if (s.server) {
          s.server->close_all_connections();
          s.settle();
          CHECK(s.server->connection_count() == 0);
        }
        CHECK(done == begun);
      }
    }
  }
}

TEST_CASE("server lifetime: a client disconnects during a handler") {
  server_fixture f;
  event_log log;
  SECTION("a handler that reads") {
    f.server.on_request(
        [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          res.on_close(log.recorder("close"));
          try {
            co_await req.text();
          } catch (boost::system::system_error const& e) {
            log.note(std::string(http::code_name(e.code())));
            throw;
          }
        });
    http_peer peer = f.connect();
    f.say(peer, open_post);
    peer.close();
    f.settle();
    std::string const events = log.pop_events();
    CHECK((events == "ECONNRESET, close" || events == "close, ECONNRESET"));
  }
  SECTION("a handler that writes") {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          std::string const piece(65536, 'x');
          try {
            for (;;) {
              co_await res.write(piece);
            }
          } catch (boost::system::system_error const&) {
            log.note("failed");
          }
        });
    auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
    f.server.emit_connection(std::move(theirs));
    {
      anode::socket client(std::move(ours));
      client.write(get);
      f.settle();
      CHECK(log.pop_events().empty());
    }
    f.settle();
    CHECK(log.pop_events() == "failed");
  }
  SECTION("a handler that waits with cancellation enabled") {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response&) -> net::awaitable<void> {
          co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
          co_await wait_for_cancellation(log);
        });
    http_peer peer = f.connect();
    f.say(peer, get);
    peer.close();
    f.settle();
    CHECK(log.pop_events() == "cancelled");
  }
  CHECK(f.server.connection_count() == 0);
}

namespace {

// Each of the operations that a handler may await.
enum class awaited {
  read,
  read_buffer,
  text,
  bytes,
  write,
  end_operation,
  drained,
  finished,
  information
};

net::awaitable<void> await_one(awaited what, http::incoming_message& req,
                               http::server_response& res) {
  std::string const large(200'000, 'x');
  switch (what) {
    case awaited::read:
      while (auto const piece = co_await req.read()) {
      }
      break;
    case awaited::read_buffer: {
      char some[16];
      for (std::size_t n = 1; n > 0;) {
        n = co_await req.read(net::buffer(some));
      }
      break;
    }
    case awaited::text:
      co_await req.text();
      break;
    case awaited::bytes:
      co_await req.bytes();
      break;
    case awaited::write:
      co_await res.write(large);
      break;
    case awaited::end_operation:
      co_await res.end(large);
      break;
    case awaited::drained:
      res.write(large);
      co_await res.drained();
      break;
    case awaited::finished:
      co_await res.finished();
      break;
    case awaited::information:
      for (int i = 0; i < 10'000; ++i) {
        co_await res.write_processing();
      }
      break;
  }
}

}  // namespace

TEST_CASE("K: whatever a handler awaits ends when its client leaves, behind another request too") {
  awaited const what =
      GENERATE(awaited::read, awaited::read_buffer, awaited::text, awaited::bytes, awaited::write,
               awaited::end_operation, awaited::drained, awaited::finished, awaited::information);
  bool const queued = GENERATE(false, true);
  CAPTURE(static_cast<int>(what), queued);
  server_fixture f;
  event_log log;
  int running = 0;
  bool first = queued;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        ++running;
        awaited const mine = std::exchange(first, false) ? awaited::finished : what;
        try {
          co_await await_one(mine, req, res);
          log.note("done");
        } catch (boost::system::system_error const&) {
          log.note("failed");
        }
        --running;
      });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  bool const reads = what == awaited::read || what == awaited::read_buffer ||
                     what == awaited::text || what == awaited::bytes;
  f.say(peer, std::string(queued ? get : "") + (reads ? open_post : get));
  CHECK(running == (queued ? 2 : 1));
  CHECK(log.pop_events().empty());
  SECTION("by its end of input") { peer.end(); }
  SECTION("by closing") { peer.close(); }
  SECTION("by a reset") { peer.reset(); }
  f.settle();
  f.advance(2min);  // an end of input leaves time for the output
  CHECK(running == 0);
  // A write that is not queued may have found room: the connection drops what its client refuses.
  std::string const events = log.pop_events();
  bool const writes = what == awaited::write || what == awaited::end_operation ||
                      what == awaited::drained || what == awaited::information;
  CHECK((events == (queued ? "failed, failed" : "failed") ||
         (!queued && writes && events == "done")));
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server lifetime: the cancellation state of a handler does not affect the next handler") {
  server_fixture f;
  event_log log;
  int handled = 0;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        if (++handled == 1) {
          co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
          co_await net::this_coro::throw_if_cancelled(false);
          co_await res.end("first");
          co_return;
        }
        bool const throws = co_await net::this_coro::throw_if_cancelled();
        log.note(throws ? "throws" : "does not throw");
        co_await wait_for_cancellation(log);
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.say(peer, get);
  peer.close();
  f.settle();
  CHECK(handled == 2);
  CHECK(log.pop_events() == "throws");
}

TEST_CASE("server lifetime: unread input does not discard the response") {
  // Over TCP, closing a socket with unread input resets the connection, and the client loses unread
  // bytes. The response must arrive nevertheless.
  net::io_context io;
  http::server server(io.get_executor(), [](http::incoming_message&, http::server_response& res) {
    res.set_header("Connection", "close");
    res.end(std::string(100'000, 'x'));
  });
  server.listen(0, "127.0.0.1");
  net::ip::tcp::endpoint const at(net::ip::address_v4::loopback(), server.address().port);
  auto const post = [](net::ip::tcp::endpoint to) -> net::awaitable<std::size_t> {
    net::ip::tcp::socket s(co_await net::this_coro::executor);
    co_await s.async_connect(to, net::use_awaitable);
    std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n";
    std::string const body(200'000, 'b');
    co_await net::async_write(s, net::buffer(head), net::use_awaitable);
    co_await net::async_write(s, net::buffer(body), net::use_awaitable);
    // Reads late, long after the server has answered and closed.
    net::steady_timer t(co_await net::this_coro::executor, 100ms);
    co_await t.async_wait(net::use_awaitable);
    std::string answer(200'000, '\0');
    std::size_t total = 0;
    for (;;) {
      boost::system::error_code ec;
      std::size_t const n = co_await s.async_read_some(net::buffer(answer),
                                                       net::redirect_error(net::use_awaitable, ec));
      total += n;
      if (ec) {
        CHECK(ec == net::error::eof);
        break;
      }
    }
    co_return total;
  };
  std::size_t total = 0;
  support::run(io, [](auto f, net::ip::tcp::endpoint to, std::size_t& n) -> net::awaitable<void> {
    n = co_await f(to);
  }(post, at, total));
  CHECK(total > 100'000);
}

}  // namespace security_server_lost_clients
