// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/client_layer.hpp"

#include "tls/certificate/identity.hpp"
#include "tls/certificate/system_trust.hpp"
#include "tls/https/client_handshake.hpp"

#include <anode/error.hpp>

#include <mutex>
#include <utility>

namespace anode::tls {
namespace {

// Returns the context of agents without one. Reading the certificates of the system takes
// milliseconds, therefore all agents share it until the program changes the default.
context default_context() {
  static auto& mutex = *new std::mutex;
  static auto& instance = *new context;
  static std::uint64_t changes = 0;
  std::lock_guard const lock(mutex);
  std::uint64_t const now = default_trust_changes();
  if (!instance || changes != now) {
    instance = context(client_options());
    changes = now;
  }
  return instance;
}

// Returns the name to send to the server; empty for none. An IP address is never sent (RFC 6066).
std::string_view servername_of(http::request_options const& options, std::string_view host_header) {
  if (options.servername) {
    return *options.servername;
  }
  std::string_view const host = host_header.empty() ? options.host : host_of(host_header);
  return is_ip_address(host) ? std::string_view() : without_dot(host);
}

}  // namespace

client_layer::client_layer(https::agent_options const& options)
    : own_(options.secure),
      proxy_(options.proxy_secure),
      sessions_(new session_cache(options.max_cached_sessions)),
      allow_http_(options.allow_http) {
  for (context const* const c : {&own_, &proxy_}) {
    if (*c) {
      require_context(*c, side::client);
    }
  }
}

context const& client_layer::context_of(http::request_options const& options) const {
  if (options.secure) {
    return options.secure;
  }
  if (own_) {
    return own_;
  }
  if (std::uint64_t const now = default_trust_changes(); !default_ || default_changes_ != now) {
    default_ = default_context();
    default_changes_ = now;
  }
  return default_;
}

void client_layer::check(http::request_options const& options) const {
  require_context(context_of(options), side::client);
  if (!is_checkable_host(options.host.empty() ? "localhost" : options.host)) {
    throw http::exception(http::error::invalid_url_argument,
                          "Invalid URL: the host of an https "
                          "request is a name or an IP address");
  }
  if (options.servername && !options.servername->empty() &&
      (is_ip_address(*options.servername) || !is_checkable_host(*options.servername))) {
    throw http::exception(http::error::invalid_arg_value,
                          "The option 'servername' is invalid. It must be a host name");
  }
}

void client_layer::append_key(http::request_options const& options, std::string_view host_header,
                              std::string& key) const {
  constexpr std::string_view no_name = ".";  // not a host name
  context const& c = context_of(options);
  agent_name const& fields = c.impl()->name();
  std::string_view const host = options.host.empty() ? std::string_view("localhost") : options.host;
  std::string_view const name = servername_of(options, host_header);
  key += fields.before;
  if (name != without_dot(host)) {
    key += name.empty() && !is_ip_address(host) ? no_name : name;
  }
  key += fields.behind;
  if (&c != &default_ || default_changes_ != 0) {
    key += fields.id;
  }
}

detail::ptr<detail::secure_target> client_layer::target(http::request_options const& options,
                                                        std::string_view host_header,
                                                        std::string_view key) const {
  detail::ptr<client_target> const to(new client_target);
  to->context = context_of(options).impl();
  to->servername = servername_of(options, host_header);
  to->host = to->servername.empty() ? options.host : to->servername;
  to->key = key;
  return to;
}

detail::ptr<detail::secure_target> client_layer::proxy_target(std::string_view host,
                                                              std::string_view key) const {
  detail::ptr<client_target> const to(new client_target);
  to->context = (proxy_ ? proxy_ : default_context()).impl();
  to->host = host;
  if (!is_ip_address(host)) {
    to->servername = without_dot(host);
  }
  to->key = "proxy ";
  to->key.append(key);
  return to;
}

detail::ptr<detail::secure_handshake> client_layer::start(
    std::unique_ptr<byte_stream> lower, detail::secure_target& to,
    std::function<void(detail::secure_result)> done) {
  detail::ptr<client_handshake> const h(new client_handshake(
      std::move(lower), detail::ptr<client_target>(static_cast<client_target*>(&to)), sessions_,
      idle_, std::move(done)));
  h->start();
  return h;
}

}  // namespace anode::tls
