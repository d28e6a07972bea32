// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/web/testing.hpp>

#include <utility>

namespace anode::web::testing {

namespace {

using error_texts = std::vector<std::string>;

// Returns the router with a listener that keeps the texts of exceptions.
router observed(router app, std::shared_ptr<error_texts> const& to) {
  app.on_error([to](context&, std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (std::exception const& x) {
      to->emplace_back(x.what());
    } catch (...) {
      to->emplace_back("an exception of an unknown type");
    }
  });
  return app;
}

http::agent agent_to(event_loop& loop, http::server& server) {
  http::agent_options options;
  options.create_connection = anode::testing::connections_to(server);
  return {loop.get_executor(), std::move(options)};
}

}  // namespace

struct app_server::state {
  state(router const& app, http::server_options options)
      : server(loop.get_executor(), std::move(options), observed(app, errors)),
        client(agent_to(loop, server)) {}

  event_loop loop{};
  std::shared_ptr<error_texts> errors = std::make_shared<error_texts>();
  http::server server;
  web::client client;
};

app_server::app_server(router const& app) : app_server(app, http::server_options()) {}

app_server::app_server(router const& app, http::server_options options)
    : state_(std::make_unique<state>(app, std::move(options))) {}

app_server::~app_server() = default;

event_loop& app_server::loop() noexcept { return state_->loop; }

http::server& app_server::server() noexcept { return state_->server; }

anode::testing::peer app_server::connect() { return state_->loop.connect(state_->server); }

response app_server::get(std::string_view target, fetch_options const& options) {
  return send("GET", target, options);
}

response app_server::send(std::string_view method, std::string_view target,
                          fetch_options const& options) {
  fetch_options chosen = options;
  chosen.method(method).redirects(0);
  return fetch(state_->loop, state_->client, "http://test" + std::string(target), chosen);
}

std::vector<std::string> app_server::take_errors() { return std::exchange(*state_->errors, {}); }

}  // namespace anode::web::testing
