// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server that can be observed: an access log, and metrics for Prometheus at /metrics of a second
// port. The observers are set once; the handler does not know them.

#include "../serve.hpp"
#include "access_log.hpp"
#include "metrics.hpp"

#include <exception>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

// Answers with a greeting, or with the answer of another server.
net::awaitable<void> answer(http::agent agent, std::string const& ask, http::incoming_message& req,
                            http::server_response& res) {
  if (ask.empty() || req.path() != "/ask") {
    co_await res.end("Hello World!\n");
    co_return;
  }
  auto const other = co_await agent.get(ask);
  co_await res.end(fmt::format("{} answers with {}\n", ask, other.status_code()));
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  std::uint16_t metrics_port = 0;
  std::string ask;
  samples::log_form form = samples::log_form::common;
  samples::options{"observed_server", "A server with an access log and metrics."}
      .add(at)
      .add("--metrics-port", "PORT", metrics_port, "port of /metrics, 0: any free port (0)")
      .add("--log", "FORM", "none, common or json (common)",
           [&](std::string_view text) {
             form = text == "json"   ? samples::log_form::json
                    : text == "none" ? samples::log_form::none
                                     : samples::log_form::common;
             return text == "json" || text == "none" || text == "common";
           })
      .add("--ask", "URL", ask, "the server that GET /ask asks")
      .parse(argc, argv);

  net::io_context io{1};
  samples::access_log log(form, stdout);
  samples::metrics metrics;
  http::server_trace server_trace;
  log.add_to(server_trace);
  metrics.add_to(server_trace);
  http::client_trace client_trace;
  metrics.add_to(client_trace);

  http::agent agent{io.get_executor(), {.keep_alive = true}};
  agent.set_trace(std::move(client_trace));
  http::server server{io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        return answer(agent, ask, req, res);
                      }};
  server.set_trace(std::move(server_trace));

  http::server scraped{io.get_executor(), [&](auto& req, http::server_response& res) {
                         if (req.path() != "/metrics") {
                           res.set_status_code(404).end();
                           return;
                         }
                         res.set_header("Content-Type", "text/plain; version=0.0.4");
                         res.end(metrics.text());
                       }};
  scraped.listen(metrics_port, "127.0.0.1");
  fmt::print(stderr, "metrics at http://127.0.0.1:{}/metrics\n", scraped.address().port);
  server.on_close([&] {
    scraped.close();
    agent.close_free();
  });
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "observed_server: {}\n", e.what());
  return EXIT_FAILURE;
}
