// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How an agent connects through a SOCKS5 proxy.
#include "base/ascii.hpp"
#include "client/agent_impl.hpp"
#include "message/url.hpp"
#include "policy/default_headers.hpp"
#include "transport/lookup.hpp"
#include "transport/preface/preface_stream.hpp"
#include "transport/preface/socks_handshake.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

namespace {

constexpr std::uint16_t socks_port = 1080;

// The limit of user name, password and host name in SOCKS5.
constexpr std::size_t longest_text = 255;

// The most addresses of one host that are tried.
constexpr std::size_t most_addresses = 6;

// Returns an address; none for a name. A zone means something to this machine only.
base::ip_address address_of(std::string_view host) {
  return base::parse_ip(host.substr(0, host.find('%')));
}

// Returns the system's error that a reply describes.
error_code error_of(preface::socks_reply reply) {
  using preface::socks_reply;
  switch (reply) {
    case socks_reply::not_allowed:
      return net::error::access_denied;
    case socks_reply::network_unreachable:
      return net::error::network_unreachable;
    case socks_reply::host_unreachable:
      return net::error::host_unreachable;
    case socks_reply::connection_refused:
      return net::error::connection_refused;
    case socks_reply::ttl_expired:
      return net::error::timed_out;
    case socks_reply::command_not_supported:
      return net::error::operation_not_supported;
    case socks_reply::address_type_not_supported:
      return net::error::address_family_not_supported;
    default:
      return {};
  }
}

std::exception_ptr cause_of(error_code ec, std::string const& message) {
  return ec ? std::make_exception_ptr(http::exception(ec, message)) : nullptr;
}

}  // namespace

bool agent_impl::is_socks_url(std::string_view url) noexcept {
  std::string_view const scheme = url.substr(0, url.find(':'));
  return base::names_equal(scheme, "socks5") || base::names_equal(scheme, "socks5h");
}

// Parses "socks5://user:password@host:port". Returns nothing if the URL is not valid.
std::optional<agent_impl::proxy_server> agent_impl::parse_socks_proxy(std::string_view url) {
  message::url_parts parts;
  if (!message::parse_url(url, parts) || parts.path != "/") {
    return std::nullopt;
  }
  proxy_server p;
  p.socks = true;
  p.resolves_names = parts.protocol == "socks5h:";
  p.host = std::move(parts.host);
  p.port = parts.port != 0 ? parts.port : socks_port;
  if (!parts.auth.empty()) {
    std::size_t const colon = parts.auth.find(':');
    p.user = parts.auth.substr(0, colon);
    p.password = colon < parts.auth.size() ? parts.auth.substr(colon + 1) : std::string();
    auto const fits = [](std::string const& text) {
      return !text.empty() && text.size() <= longest_text;
    };
    if (!fits(p.user) || !fits(p.password)) {
      return std::nullopt;
    }
  }
  return p;
}

// Returns the name of a proxy in the keys of the pool.
std::string agent_impl::key_of(proxy_server const& p) {
  std::string key;
  if (p.socks) {
    key.append(p.resolves_names ? "socks5h:" : "socks5:").append(p.user);
    key.append(p.user.empty() ? "" : "@");
  }
  return key + policy::host_header(p.at(), 0);
}

std::unique_ptr<agent_impl::socks_tunnel> agent_impl::make_socks_tunnel(proxy_server const& by,
                                                                        policy::origin to) {
  auto tunnel = std::make_unique<socks_tunnel>();
  tunnel->request.address = address_of(to.host);
  tunnel->request.name = to.host;
  tunnel->request.port = to.port;
  tunnel->request.user = by.user;
  tunnel->request.password = by.password;
  tunnel->looks_up = !by.resolves_names && !tunnel->request.address;
  tunnel->where = policy::host_header(to, 0) + " by " + policy::host_header(by.at(), 0);
  return tunnel;
}

transport::lookup_function addresses_by(http::lookup_function f) {
  if (!f) {
    return {};
  }
  return [f = std::move(f)](std::string_view host, auto done) {
    f(host, [done](error_code ec, std::vector<http::lookup_address> found) {
      std::vector<transport::resolved_address> all;
      for (http::lookup_address& a : found) {
        all.push_back({std::move(a.address), a.family});
      }
      done(ec, std::move(all));
    });
  };
}

transport::lookup_function agent_impl::lookup_of(http::lookup_function const& f,
                                                 detail::ptr<connect_attempt> const& o) {
  if (!f) {
    return {};
  }
  return [find = addresses_by(f), o](std::string_view host, auto done) {
    try {
      find(host, done);
    } catch (boost::system::system_error const& e) {
      o->thrown = std::current_exception();
      done(e.code(), {});  // an exception means that the lookup failed
    } catch (...) {
      o->thrown = std::current_exception();
      done(net::error::no_recovery, {});
    }
  };
}

// Resolves the host of the request, unless the proxy does, and connects to the proxy.
void agent_impl::start_socks(detail::ptr<connect_attempt> o, http::lookup_function const& find) {
  socks_tunnel& tunnel = *o->socks;
  tunnel.lookup = find;
  if (!tunnel.request.address && tunnel.request.name.size() > longest_text) {
    net::post(executor_, [self = detail::ptr<agent_impl>(this), o] {
      runtime::tick const t(self->executor_);
      self->failed(*o, error::invalid_domain_name, request_phase::tunnel,
                   "SOCKS5: the host name is longer than 255 bytes");
    });
    return;
  }
  if (!tunnel.looks_up) {
    connect(o, find);
    return;
  }
  transport::connect_target target;
  target.host = tunnel.request.name;
  target.family = o->to.family;
  o->attempt = transport::start_lookup(
      executor_, std::move(target), lookup_of(find, o),
      [self = detail::ptr<agent_impl>(this), o](error_code ec, std::vector<std::string> found) {
        runtime::tick const t(self->executor_);
        if (o->over) {
          return;
        }
        o->attempt.reset();
        if (ec) {
          self->failed(*o, ec, request_phase::lookup,
                       "lookup " + std::string(http::code_name(ec)) + " " + o->socks->request.name +
                           " (" + ec.message() + ")",
                       o->thrown);
          return;
        }
        o->socks->addresses = std::move(found);
        o->socks->request.address = address_of(o->socks->addresses.front());
        self->connect(o, o->socks->lookup);
      });
}

// Connected to the proxy.
void agent_impl::connected_to_socks(detail::ptr<connect_attempt> o,
                                    std::unique_ptr<byte_stream> stream) {
  o->tunnelling = true;
  o->attempt = transport::start_socks_handshake(
      std::move(stream), o->socks->request,
      [self = detail::ptr<agent_impl>(this), o](transport::socks_result result) {
        runtime::tick const t(self->executor_);
        o->attempt.reset();
        o->tunnelling = false;
        if (result.stream) {
          self->connected_through_socks(o, std::move(result.stream));
        } else {
          self->socks_failed(o, result);
        }
      });
}

void agent_impl::connected_through_socks(detail::ptr<connect_attempt> o,
                                         std::unique_ptr<byte_stream> stream) {
  stream = with_preface(*o, std::move(stream));
  if (o->secure_target) {
    secure(o, std::move(stream), o->secure_target);
  } else {
    connected_to_origin(*o, std::move(stream));
  }
}

void agent_impl::socks_failed(detail::ptr<connect_attempt> o,
                              transport::socks_result const& result) {
  socks_tunnel& tunnel = *o->socks;
  if (result.ec) {
    std::string const message = "SOCKS5 for " + tunnel.where + ": " + result.ec.message();
    failed(*o, result.ec, request_phase::tunnel, message);
    return;
  }
  bool const refused = result.reply != preface::socks_reply::succeeded;
  std::size_t const most = std::min(tunnel.addresses.size(), most_addresses);
  if (refused && preface::may_try_next_address(result.reply) && tunnel.next + 1 < most) {
    tunnel.request.address = address_of(tunnel.addresses[++tunnel.next]);
    connect(o, tunnel.lookup);
    return;
  }
  std::string message = "SOCKS5: ";
  if (refused) {
    message.append(preface::to_string(result.reply));
    message += " (" + std::to_string(static_cast<unsigned>(result.reply)) + ")";
  } else {
    message.append(result.why);
  }
  message += " for " + tunnel.where;
  failed(*o, error::proxy_tunnel, request_phase::tunnel, message,
         cause_of(error_of(result.reply), message));
}

// Makes a stream write the PROXY header of the request first, if it has one.
std::unique_ptr<byte_stream> agent_impl::with_preface(connect_attempt& o,
                                                      std::unique_ptr<byte_stream> stream) {
  if (!o.preface.empty()) {
    stream = std::make_unique<transport::preface_stream>(std::move(stream), std::move(o.preface));
    o.preface.clear();
  }
  return stream;
}

}  // namespace anode::client
