// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/agent_impl.hpp"
#include "message/url.hpp"
#include "policy/default_headers.hpp"

#include <anode/error.hpp>

#include <boost/url/ipv4_address.hpp>

#include <algorithm>
#include <utility>

namespace anode::client {

using http::error;

namespace {

std::uint32_t limit(std::size_t n) {
  return n == 0 ? policy::pool_options::unlimited
                : static_cast<std::uint32_t>(
                      std::min<std::size_t>(n, policy::pool_options::unlimited));
}

[[noreturn]] void refuse_proxy(std::string_view url) {
  throw http::exception(error::proxy_invalid_config,
                        "Invalid proxy URL: " + policy::redact_userinfo(url));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Returns whether the last label of a host is a number although the host is not an IPv4 address
// (WHATWG URL).
bool ends_in_number(std::string_view host) {
  std::string_view const last = host.substr(host.rfind('.') + 1);
  bool const number = !last.empty() && last.find_first_not_of("0123456789") == last.npos;
  return number && boost::urls::parse_ipv4_address(host).has_error();
}

}  // namespace

policy::pool_options agent_impl::pool_options() const noexcept {
  http::agent_options const& o = options_;
  policy::pool_options p;
  p.keep_alive = o.keep_alive;
  p.max_sockets = limit(o.max_sockets);
  p.max_total_sockets = limit(o.max_total_sockets);
  p.max_free_sockets = o.max_free_sockets == 0
                           ? 256
                           : static_cast<std::uint32_t>(std::min<std::size_t>(
                                 o.max_free_sockets, policy::pool_options::unlimited));
  p.scheduling = o.scheduling;
  return p;
}

// Validates the options and derives internal values from them.
void agent_impl::apply_options() {
  ++options_generation_;
  if (options_.max_total_sockets == 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"maxTotalSockets\" is out of range. It must be >= 1");
  }
  if (options_.keep_alive_timeout_buffer.count() < 0) {
    options_.keep_alive_timeout_buffer = http::agent_options().keep_alive_timeout_buffer;
  }
  should_keep_alive_ = policy::agent_keeps_alive(
      options_.keep_alive, limit(options_.max_sockets) == policy::pool_options::unlimited);
  select_proxy();
  check_protocol();
}

// A request for an https URL must not leave unencrypted: without TLS of the agent, the program's
// `create_connection` encrypts.
void agent_impl::check_protocol() const {
  std::string const& protocol = options_.protocol;
  if (protocol.empty() || protocol == (secure_ ? "https:" : "http:")) {
    return;
  }
  bool const known = secure_ ? protocol == "http:" && secure_->allows_http()
                             : protocol == "https:" && options_.create_connection && !proxy_;
  if (!known) {
    throw http::exception(error::invalid_protocol,
                          "Protocol \"" + protocol + "\" not supported by this agent");
  }
}

// Finds the proxies in the options or the environment.
void agent_impl::select_proxy() {
  proxy_.reset();
  secure_proxy_.reset();
  policy::proxy_environment environment;
  if (!options_.proxy.empty()) {
    environment.http_proxy = options_.proxy;
  } else if (options_.proxy_env) {
    environment = policy::proxy_environment::read(options_.proxy_env);
  }
  if (!options_.no_proxy.empty()) {
    environment.no_proxy = options_.no_proxy;
  }
  proxy_selection_ = policy::proxy_selection(environment);
  if (options_.proxy.empty() && !proxy_selection_.invalid_variable().empty()) {
    throw http::exception(
        error::proxy_invalid_config,
        "Invalid proxy URL in " + std::string(proxy_selection_.invalid_variable()));
  }
  bool const from_options = !options_.proxy.empty();
  proxy_ = parse_proxy(from_options ? options_.proxy : proxy_selection_.http_proxy());
  if (secure_) {
    secure_proxy_ = parse_proxy(from_options ? options_.proxy : proxy_selection_.https_proxy());
  }
}

std::optional<agent_impl::proxy_server> agent_impl::parse_proxy(std::string_view url_text) const {
  std::string const address(url_text);
  if (address.empty()) {
    return std::nullopt;
  }
  if (is_socks_url(address)) {
    std::optional<proxy_server> p = parse_socks_proxy(address);
    if (!p || std::any_of(address.begin(), address.end(), is_control) || ends_in_number(p->host)) {
      refuse_proxy(address);
    }
    return p;
  }
  http::request_options url;
  try {
    url.set_url(address);
  } catch (http::exception const&) {
    refuse_proxy(address);
  }
  std::string const written = address + url.auth;
  if (std::any_of(written.begin(), written.end(), is_control) || ends_in_number(url.host) ||
      (is_https(url) && !secure_)) {
    refuse_proxy(address);
  }
  proxy_server p;
  p.host = url.host;
  p.secure = is_https(url);
  p.port = url.port != 0 ? url.port : std::uint16_t(p.secure ? 443 : 80);
  if (!url.auth.empty()) {
    p.authorization = policy::basic_authorization(url.auth);
  }
  return p;
}

void agent_impl::set_options(http::agent_options options) {
  std::swap(options_, options);
  try {
    apply_options();
  } catch (...) {
    std::swap(options_, options);
    apply_options();
    throw;
  }
  detail::ptr<agent_impl> const self(this);  // `allow_address` may drop the last handle
  close_refused();
  pool_.set_options(pool_options());
  run_actions();
}

bool agent_impl::through_proxy(http::request_options const& o) const noexcept {
  return proxy_of(o).has_value() && o.socket_path.empty() &&
         !proxy_selection_.bypasses(origin_of(o));
}

bool agent_impl::tunnels(http::request_options const& o) const noexcept {
  return through_proxy(o) &&
         (proxy_of(o)->socks || is_secure(o) ||
          (o.method != "CONNECT" && (options_.proxy_tunnel || o.headers.contains("Upgrade"))));
}

}  // namespace anode::client
