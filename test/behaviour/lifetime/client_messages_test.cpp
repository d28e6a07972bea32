// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a client's messages against each way to lose the server, the agent or the
// handle: before, during and after the operation, in each state of the request.
#include "behaviour/lifetime/agent_with_cells.hpp"
#include "behaviour/lifetime/client_cell.hpp"
#include "behaviour/lifetime/operations.hpp"
#include "support/catch.hpp"

#include <anode/client_request.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/socket.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace behaviour_lifetime_client_messages {

using namespace lifetime;
using namespace std::chrono_literals;

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
operations<http::client_request> const& request_operations() {
  using message = http::client_request;
  constexpr auto r = [](std::string_view name, auto f) { return row<message>(name, f); };
  operations<message> quiet{
      r("client_request::operator bool", [](message& m) { return static_cast<bool>(m); }),
      r("client_request::method", [](message& m) { return std::string(m.method()); }),
      r("client_request::path", [](message& m) { return std::string(m.path()); }),
      r("client_request::host", [](message& m) { return std::string(m.host()); }),
      r("client_request::protocol", [](message& m) { return std::string(m.protocol()); }),
      r("client_request::reused_socket", [](message& m) { return m.reused_socket(); }),
      r("client_request::retries", [](message& m) { return m.retries(); }),
      r("client_request::aborted", [](message& m) { return m.aborted(); }),
      r("client_request::max_headers_count", [](message& m) { return m.max_headers_count(); }),
      r("client_request::emplace_data", [](message& m) { m.emplace_data<std::string>("a"); }),
      r("client_request::data", [](message& m) { return m.data<std::string>() != nullptr; }),
      r("client_request::data (const)",
        [](message const& m) { return m.data<std::string>() != nullptr; }),
      r("client_request::on_information",
        [](message& m) { m.on_information([](http::information const&) {}); }),
      r("client_request::on_continue", [](message& m) { m.on_continue([] {}); }),
      r("client_request::on_socket", [](message& m) { m.on_socket([](anode::socket) {}); }),
      r("client_request::on_timeout", [](message& m) { m.on_timeout([] {}); }),
      r("client_request::on_abort", [](message& m) { m.on_abort([] {}); }),
      r("client_request::on_request_error",
        [](message& m) { m.on_request_error([](http::request_error const&) {}); }),
  };
  static operations<message> const all{
      together(std::move(quiet)),
      r("client_request::response", [](message& m) { return m.response(); }),
      r("client_request::upgraded", [](message& m) { return m.upgraded(); }),
      r("client_request::continued", [](message& m) { return m.continued(); }),
      r("client_request::set_max_headers_count", [](message& m) { m.set_max_headers_count(10); }),
      r("client_request::abort", [](message& m) { m.abort(); }),
      r("client_request::set_timeout", [](message& m) { m.set_timeout(1s, [] {}); }),
      r("client_request::set_no_delay", [](message& m) { m.set_no_delay(); }),
      r("client_request::set_socket_keep_alive",
        [](message& m) { m.set_socket_keep_alive(true, 1s); }),
      r("client_request::on_response",
        [](message& m) { m.on_response([](http::incoming_message) {}); }),
      r("client_request::on_upgrade",
        [](message& m) { m.on_upgrade([](http::incoming_message, anode::socket) {}); }),
      r("client_request::on_connect",
        [](message& m) { m.on_connect([](http::incoming_message, anode::socket) {}); }),
      r("client_request::client_request (moved)",
        [](message& m) {
          message moved = std::move(m);
          m = std::move(moved);
        }),
      r("client_request::operator= (emptied)", [](message& m) { m = message(); }),
  };
  return all;
}
#pragma GCC diagnostic pop

template <class Handle>
void run_all(matrix& m, operations<Handle> const& all, pick_function<Handle> pick, stage from) {
  for_each<loss_kind>([&](loss_kind w) {
    for_each<point>([&](point p) {
      std::vector<std::unique_ptr<cell<Handle>>> cells;
      for (auto const& o : all) {
        for_each<stage>([&](stage s) {
          if (has_point(o, p) && s >= from) {
            cells.push_back(std::unique_ptr<cell<Handle>>(new cell<Handle>{o, s}));
            m.begin(cells.back()->out,
                    std::string(o.name) + ", " +
                        std::string(loss_names[static_cast<std::size_t>(w)]) + ", " +
                        std::string(to_string(p)) + ", " +
                        std::string(stage_names[static_cast<std::size_t>(s)]),
                    o.count);
          }
        });
      }
      run_together(m, std::move(cells), [&](std::span<std::unique_ptr<cell<Handle>>> some) {
        agent_with_cells<Handle>(m, some, pick, w, p).run();
      });
    });
  });
}

void check(matrix const& m) { CHECK(m.report() == ""); }

http::client_request& pick_request(cell<http::client_request>& c) { return c.request; }
http::outgoing_message& pick_outgoing(cell<http::outgoing_message>& c) { return c.request; }
http::incoming_message& pick_response(cell<http::incoming_message>& c) { return c.response; }

}  // namespace

TEST_CASE("lifetime: every operation of a client's request survives the loss of its server") {
  matrix m("client request");
  run_all<http::client_request>(m, request_operations(), pick_request, stage::queued);
  run_all<http::outgoing_message>(m, outgoing_operations(), pick_outgoing, stage::queued);
  check(m);
}

TEST_CASE("lifetime: every operation of a client's response survives the loss of its server") {
  matrix m("client response");
  run_all<http::incoming_message>(m, incoming_operations(), pick_response, stage::answered);
  check(m);
}

}  // namespace behaviour_lifetime_client_messages
