// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Look-ups by the program, before it connects.

#include "support/catch.hpp"
#include "support/run.hpp"
#include "support/thrown.hpp"
#include "transport/resolver_pool.hpp"

#include <anode/agent.hpp>
#include <anode/server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <string>
#include <vector>

namespace behaviour_socket_resolve {

namespace http = anode::http;
namespace net = boost::asio;
using anode::transport::resolver_pool;
using anode::transport::resolver_query;

namespace {

std::string joined(std::vector<std::string> const& all) {
  std::string text;
  for (std::string const& a : all) {
    text += a + " ";
  }
  return text;
}

void answer_with(net::io_context& io, std::vector<std::string> addresses) {
  resolver_pool::of(io.get_executor())
      .set_lookup([all = std::move(addresses)](resolver_query const&, anode::error_code& ec) {
        if (all.empty()) {
          ec = net::error::host_not_found;
        }
        return all;
      });
}

net::awaitable<void> look_up(net::any_io_executor ex, std::string host, std::string& to) {
  try {
    to = joined(co_await anode::resolve(ex, host));
  } catch (http::exception const& e) {
    to = e.what();
  }
}

}  // namespace

TEST_CASE("resolve: returns the addresses of a host, the families in turn") {
  net::io_context io;
  std::string got;
  answer_with(io, {"::1", "::2", "10.0.0.1"});
  support::run(io, look_up(io.get_executor(), "a.test", got));
  CHECK(got == "::1 10.0.0.1 ::2 ");
  support::run(io, look_up(io.get_executor(), "10.0.0.7", got));
  CHECK(got == "10.0.0.7 ");
  support::run(io, look_up(io.get_executor(), "localhost", got));
  CHECK(got == "127.0.0.1 ::1 ");
  answer_with(io, {});
  support::run(io, look_up(io.get_executor(), "a.test", got));
  CHECK(got.starts_with("lookup ENOTFOUND a.test ("));
}

TEST_CASE("resolve: a cancelled look-up throws, and its context may end at any time") {
  std::string got;
  {
    net::io_context io;
    answer_with(io, {"10.0.0.1"});
    net::cancellation_signal cancel;
    std::exception_ptr thrown;
    net::co_spawn(
        io, look_up(io.get_executor(), "a.test", got),
        net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { thrown = e; }));
    io.poll_one();
    cancel.emit(net::cancellation_type::terminal);
    io.run();
    CHECK(thrown);
    CHECK(got == "");
    net::co_spawn(io, look_up(io.get_executor(), "a.test", got), [](std::exception_ptr) {});
    io.restart();
    io.poll_one();
  }
  CHECK(got == "");
}

TEST_CASE("connect: uses the addresses of a look-up of the program") {
  net::io_context io;
  http::server server(io.get_executor());
  server.listen(0, "127.0.0.1");
  std::string const authority = "a.test:" + std::to_string(server.address().port);
  std::string asked;
  std::string outcome;
  auto const attempt = [&](http::lookup_function find) -> net::awaitable<void> {
    try {
      anode::socket const s = co_await anode::connect(io.get_executor(), authority, find);
      outcome = s.remote_endpoint().address;
    } catch (http::exception const& e) {
      outcome = e.what();
    }
  };
  http::lookup_function const found = [&](std::string_view host, auto done) {
    asked = host;
    done({}, {{"127.0.0.1", 4}});
  };
  support::run(io, attempt(found));
  CHECK(asked == "a.test");
  CHECK(outcome == "127.0.0.1");
  http::lookup_function const refused = [](std::string_view, auto done) {
    done(net::error::access_denied, {});
  };
  support::run(io, attempt(refused));
  CHECK(outcome.starts_with("lookup EACCES a.test:"));
  CHECK(support::thrown([&] {
          static_cast<void>(anode::connect(io.get_executor(), "no port", found));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

}  // namespace behaviour_socket_resolve
