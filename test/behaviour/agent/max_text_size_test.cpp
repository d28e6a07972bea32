// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <optional>

namespace behaviour_agent_max_text_size {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;

TEST_CASE("max_text_size: the limit of a response's text is an option of agent and request") {
  http::agent_options o;
  o.keep_alive = true;
  o.max_text_size = 3;
  client_fixture f(o);
  f.reads = false;
  auto const outcome = [&](std::optional<std::size_t> own, std::optional<std::size_t> argument) {
    http::request_options to;
    to.host = "test";
    to.max_text_size = own;
    std::string result;
    auto const go = [&]() -> net::awaitable<void> {
      try {
        http::incoming_message m = co_await f.agent.get(to);
        result = co_await m.text(argument);
      } catch (http::exception const& e) {
        result = e.what();
      }
    };
    net::co_spawn(f.io, go(), net::detached);
    f.settle();
    f.say(f.peers.size() - 1, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour");
    return result;
  };
  CHECK(outcome({}, {}) == "The body is larger than 3 bytes (request_options::max_text_size)");
  CHECK(outcome(4, {}) == "four");
  CHECK(outcome(2, {}) == "The body is larger than 2 bytes (request_options::max_text_size)");
  CHECK(outcome(2, 4) == "four");
  f.agent.set_options([&] {
    http::agent_options more = f.agent.options();
    more.max_text_size = 4;
    return more;
  }());
  CHECK(outcome({}, {}) == "four");
}

}  // namespace behaviour_agent_max_text_size
