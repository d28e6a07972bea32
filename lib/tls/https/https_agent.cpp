// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/client_layer.hpp"

#include <anode/detail/global_agents.hpp>
#include <anode/https.hpp>

#include <utility>

namespace anode::https {
namespace {

http::agent make_default(net::any_io_executor const& ex) {
  agent_options options;
  options.keep_alive = true;
  options.timeout = std::chrono::seconds(5);
  return agent(ex, std::move(options));
}

// Returns the agent of a request: a new one if the request does not share connections.
http::agent agent_for(net::any_io_executor const& ex, http::request_options& options) {
  if (!options.create_connection && !options.one_shot) {
    return global_agent(ex);
  }
  agent_options own;
  own.create_connection = std::exchange(options.create_connection, nullptr);
  return agent(ex, std::move(own));
}

}  // namespace

agent::agent(executor_type ex) : agent(std::move(ex), agent_options()) {}

agent::agent(executor_type ex, agent_options options)
    : http::agent(std::move(ex), options,
                  detail::ptr<detail::secure_client>(new tls::client_layer(options))) {}

http::agent global_agent(net::any_io_executor const& ex) {
  return detail::global_agent_of(ex, &make_default);
}

http::client_request request(net::any_io_executor const& ex, http::request_options options) {
  return agent_for(ex, options).request(std::move(options));
}

http::client_request request(net::any_io_executor const& ex, std::string_view url,
                             http::request_options options) {
  return agent_for(ex, options).request(url, std::move(options));
}

http::client_request request(net::any_io_executor const& ex, std::string_view method,
                             std::string_view url, http::header_list headers) {
  return global_agent(ex).request(method, url, std::move(headers));
}

net::awaitable<http::incoming_message> get(net::any_io_executor const& ex, std::string_view url) {
  return global_agent(ex).get(url);
}

net::awaitable<http::incoming_message> get(net::any_io_executor const& ex,
                                           http::request_options options) {
  return agent_for(ex, options).get(std::move(options));
}

net::awaitable<http::incoming_message> get(net::any_io_executor const& ex, std::string_view url,
                                           http::request_options options) {
  return agent_for(ex, options).get(url, std::move(options));
}

net::awaitable<http::incoming_message> send(net::any_io_executor const& ex,
                                            http::request_options options) {
  return agent_for(ex, options).send(std::move(options));
}

net::awaitable<http::incoming_message> send(net::any_io_executor const& ex, std::string_view url,
                                            http::request_options options) {
  return agent_for(ex, options).send(url, std::move(options));
}

net::awaitable<http::incoming_message> send(net::any_io_executor const& ex, std::string_view method,
                                            std::string_view url, std::string body,
                                            http::header_list headers) {
  return global_agent(ex).send(method, url, std::move(body), std::move(headers));
}

}  // namespace anode::https
