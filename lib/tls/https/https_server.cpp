// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/server_layer.hpp"

#include <anode/error.hpp>
#include <anode/https.hpp>

#include <utility>

namespace anode::https {
namespace {

tls::server_layer& require(detail::ptr<tls::server_layer> const& layer) {
  if (!layer) {
    throw http::exception(http::error::invalid_this, "The https::server is an empty handle");
  }
  return *layer;
}

}  // namespace

server::server(executor_type ex, http::server_options options, http::request_handler on_request,
               detail::ptr<tls::server_layer> layer)
    : http::server(std::move(ex), std::move(options), std::move(on_request), layer),
      layer_(std::move(layer)) {}

server::server(executor_type ex, tls::context context, http::request_handler on_request)
    : server(std::move(ex), std::move(context), http::server_options(), std::move(on_request)) {}

server::server(executor_type ex, tls::context context, http::server_options options,
               http::request_handler on_request)
    : server(std::move(ex), std::move(options), std::move(on_request),
             detail::ptr<tls::server_layer>(new tls::server_layer(std::move(context)))) {}

server::server(server&&) noexcept = default;
server& server::operator=(server&&) noexcept = default;
server::~server() = default;

server& server::set_secure_context(tls::context context) {
  require(layer_).set_context(std::move(context));
  return *this;
}

server& server::add_context(std::string_view pattern, tls::context context) {
  require(layer_).add_context(pattern, std::move(context));
  return *this;
}

server& server::on_sni(std::function<tls::context(std::string_view)> f) {
  require(layer_).set_chooser(std::move(f));
  return *this;
}

server& server::on_secure_connection(detail::function<void(anode::socket)> f) {
  add_secure_listener(std::move(f));
  return *this;
}

server& server::set_handshake_timeout(std::chrono::milliseconds timeout) {
  require(layer_).set_timeout(timeout);
  return *this;
}

std::string server::ticket_keys() const { return require(layer_).tickets().bytes(); }

server& server::set_ticket_keys(std::string_view keys) {
  if (keys.size() != tls::ticket_keys::size) {
    throw http::exception(http::error::invalid_arg_value, "Session ticket keys must be 48 bytes");
  }
  require(layer_).tickets().set(keys);
  return *this;
}

}  // namespace anode::https
