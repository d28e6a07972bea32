// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_call.hpp"
#include "web/vocabulary/invalid.hpp"

#include <anode/error.hpp>
#include <anode/web/fetch.hpp>

#include <random>
#include <utility>

namespace anode::web {

namespace {

http::agent own_agent(net::any_io_executor ex, address_filter filter) {
  http::agent_options options;
  options.keep_alive = true;
  options.timeout = std::chrono::seconds(5);
  options.retry = 1;
  options.allow_address = std::move(filter);
  return {std::move(ex), std::move(options)};
}

client_state& require_client(std::shared_ptr<client_state> const& state) {
  if (!state) {
    throw http::exception(http::error::invalid_this, "The client is an empty handle");
  }
  return *state;
}

}  // namespace

client::client(executor_type ex) : client(std::move(ex), client_options()) {}

client::client(executor_type ex, client_options options)
    : state_(make_state(own_agent(std::move(ex), options.allow_address_), options)) {}

client::client(http::agent agent, client_options options) {
  if (options.allow_address_) {
    throw_invalid("Set allow_address in the options of the agent that the client uses");
  }
  state_ = make_state(std::move(agent), options);
}

std::shared_ptr<client_state> client::make_state(http::agent agent, client_options& options) {
  auto state = std::make_shared<client_state>(std::move(agent));
  state->defaults = std::move(options.defaults_);
  state->jar = std::move(options.jar_);
  state->known = std::move(options.codings_);
  state->clock = options.clock_ ? std::move(options.clock_) : std::make_shared<client_clock>();
  state->random.seed(std::random_device()());
  return state;
}

client::client(client const&) noexcept = default;
client::client(client&&) noexcept = default;
client& client::operator=(client const&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

client::executor_type client::get_executor() const {
  return require_client(state_).agent.get_executor();
}

fetch_options& client::defaults() { return require_client(state_).defaults; }

http::agent& client::agent() { return require_client(state_).agent; }

net::awaitable<fetch_response> client::fetch(std::string_view url) {
  require_client(state_);
  return fetch_call::run(state_, std::string(url), fetch_options());
}

net::awaitable<fetch_response> client::fetch(std::string_view url, fetch_options const& options) {
  require_client(state_);
  return fetch_call::run(state_, std::string(url), options);
}

}  // namespace anode::web
