// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/tls/fixture.hpp"

#include <anode/beast.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <string>

namespace behaviour_tls_websocket {

using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;

TEST_CASE("websocket: wss over an https agent") {
  tls_fixture f;
  f.server.on_upgrade([](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
    auto const ws = co_await anode::accept_websocket(req, std::move(s));
    boost::beast::flat_buffer in;
    co_await ws->async_read(in, net::use_awaitable);
    co_await ws->async_write(in.data(), net::use_awaitable);
    in.clear();
    anode::error_code ec;
    co_await ws->async_read(in, net::redirect_error(net::use_awaitable, ec));
    CHECK(ec == boost::beast::websocket::error::closed);
  });
  std::string const got = f.loop.run([](http::agent agent) -> net::awaitable<std::string> {
    auto const ws = co_await anode::connect_websocket(agent, "wss://good.test/chat");
    CHECK(ws->next_layer().authorized());
    co_await ws->async_write(net::buffer(std::string(70'000, 'w')), net::use_awaitable);
    boost::beast::flat_buffer in;
    co_await ws->async_read(in, net::use_awaitable);
    co_await ws->async_close(boost::beast::websocket::close_code::normal, net::use_awaitable);
    co_return boost::beast::buffers_to_string(in.data());
  }(f.agent));
  CHECK(got == std::string(70'000, 'w'));
  CHECK_THROWS_WITH(f.loop.run([](http::agent agent) -> net::awaitable<void> {
    co_await anode::connect_websocket(agent, "ws://good.test/chat");
  }(f.agent)),
                    "Protocol \"http:\" not supported. Expected \"https:\"");
}

}  // namespace behaviour_tls_websocket
