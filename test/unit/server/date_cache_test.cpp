// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/date_cache.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

namespace unit_server_date_cache {

using anode::runtime::clock;
using anode::runtime::timers;
using anode::server::date_cache;
namespace net = boost::asio;
using namespace std::chrono_literals;

TEST_CASE("date cache: follows the wall clock by the second") {
  net::io_context io;
  auto& time = clock::of(io.get_executor());
  time.set_manual(std::chrono::sys_seconds(784111777s));
  anode::detail::ptr<timers> const all(new timers(io.get_executor()));
  date_cache date;
  CHECK(date.line(*all) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  time.advance(500ms);
  CHECK(date.line(*all) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(date.valid_until() - time.now() == 500ms);
  time.advance(1500ms);
  CHECK(date.line(*all) == "Date: Sun, 06 Nov 1994 08:49:39 GMT\r\n");
}

}  // namespace unit_server_date_cache
