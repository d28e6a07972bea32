// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cancels requests whose look-up or connect attempt never completes.
#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/http.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace behaviour_client_cancel_connect {

namespace {

namespace net = boost::asio;
namespace http = anode::http;

// A request whose look-up or connection never completes.
struct stuck {
  explicit stuck(bool in_lookup) : never(io, net::steady_timer::time_point::max()) {
    o.host = "test";
    o.one_shot = in_lookup;
    if (in_lookup) {
      o.lookup = [this](std::string_view, auto done) { late = done; };
    } else {
      o.create_connection = [this](http::connect_options const&) { return wait_for_ever(*this); };
    }
    o.signal = signal.slot();
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> wait_for_ever(stuck& self) {
    ++self.connecting;
    struct leave {
      stuck& of;
      ~leave() { --of.connecting; }
    } const at_end{self};
    co_await self.never.async_wait(net::use_awaitable);
    co_return nullptr;
  }

  net::cancellation_signal signal;
  net::cancellation_signal cancel;
  net::io_context io;
  net::steady_timer never;
  http::request_options o;
  std::function<void(boost::system::error_code, std::vector<http::lookup_address>)> late;
  http::client_request request;
  int connecting = 0;
};

net::awaitable<void> answer(stuck& s, std::string& how) {
  try {
    co_await s.request.response();
  } catch (http::request_error const& e) {
    how = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
          std::string(http::to_string(e.verdict()));
  } catch (boost::system::system_error const& e) {
    how = e.code().message();
  }
}

}  // namespace

TEST_CASE("client cancel: a look-up and a connect attempt that never complete can be cancelled",
          "[client][cancel]") {
  bool const in_lookup = GENERATE(true, false);
  int const a = GENERATE(0, 1, 2, 3, 4);
  stuck s(in_lookup);
  s.request = http::request(s.io.get_executor(), s.o);
  s.request.end();
  std::string how;
  net::co_spawn(s.io, answer(s, how), net::bind_cancellation_slot(s.cancel.slot(), net::detached));
  s.io.poll();
  CHECK(s.connecting == (in_lookup ? 0 : 1));
  CHECK(static_cast<bool>(s.late) == in_lookup);
  std::string const phase = in_lookup ? "lookup" : "connect";
  switch (a) {
    case 0:
      net::post(s.io, [&s] { s.cancel.emit(net::cancellation_type::terminal); });
      break;
    case 1:
      s.signal.emit(net::cancellation_type::terminal);
      break;
    case 2:
      s.request.destroy(http::error::timed_out);
      break;
    case 3:
      s.request = {};
      break;
    default:
      return;  // The context ends while all operations are pending.
  }
  s.io.restart();
  s.io.poll();
  CHECK(how == (a == 0   ? "Operation canceled"
                : a == 2 ? "ETIMEDOUT " + phase + " not_sent"
                         : "ABORT_ERR " + phase + " not_sent"));
  CHECK(s.connecting == 0);  // The connector was cancelled too.
  if (s.late) {
    s.late({}, {{"127.0.0.1", 4}});
    s.io.restart();
    s.io.poll();
  }
  s.request = {};
  s.io.restart();
  s.io.poll();
  CHECK(s.io.stopped());
}

}  // namespace behaviour_client_cancel_connect
