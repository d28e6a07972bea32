// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A client whose requests and events are compared with those of other clients. It reads scenarios
// as JSON lines from standard input and writes events as JSON lines to standard output:
//
//   in   {"id":1,"run":{...},"ports":[8080]}   starts a scenario
//   in   {"id":1,"tell":"name"}                resumes an operation that waits for this name
//   in   {"cleanup":1}                         destroys all objects of the scenario
//   out  {"id":1,"ev":["a","response",{...}]}  reports an event
//   out  {"id":1,"done":true}                  the scenario has ended
#include "conformance/client/scenario.hpp"
#include "support/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <unistd.h>

namespace {

namespace net = boost::asio;
namespace json = boost::json;

net::awaitable<void> read_scenarios(net::any_io_executor ex) {
  net::posix::stream_descriptor input(ex, ::dup(STDIN_FILENO));
  std::map<std::int64_t, std::shared_ptr<parity::scenario>> scenarios;
  std::string buffer;
  for (;;) {
    std::size_t const size = co_await net::async_read_until(input, net::dynamic_buffer(buffer),
                                                            '\n', net::use_awaitable);
    json::value const line = anode::test::parse_json(std::string_view(buffer).substr(0, size));
    buffer.erase(0, size);
    json::object const& message = line.as_object();
    if (json::value const& what = parity::get(message, "run"); what.is_object()) {
      std::vector<std::uint16_t> ports;
      for (json::value const& port : message.at("ports").as_array()) {
        ports.push_back(port.to_number<std::uint16_t>());
      }
      auto const id = message.at("id").to_number<std::int64_t>();
      auto const started =
          std::make_shared<parity::scenario>(ex, id, what.as_object(), std::move(ports));
      scenarios[id] = started;
      net::co_spawn(ex, parity::scenario::run(started), net::detached);
    } else if (std::string const name = parity::get_text(message, "tell"); !name.empty()) {
      auto const found = scenarios.find(message.at("id").to_number<std::int64_t>());
      if (found != scenarios.end()) {
        found->second->tell(name);
      }
    } else if (json::value const& over = parity::get(message, "cleanup"); over.is_number()) {
      auto const found = scenarios.find(over.to_number<std::int64_t>());
      if (found != scenarios.end()) {
        found->second->clean_up();
        scenarios.erase(found);
      }
    }
  }
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  net::io_context io(1);
  net::co_spawn(io, read_scenarios(io.get_executor()),
                [&io](std::exception_ptr) { io.stop(); });  // the end of input
  io.run();
  return 0;
}
