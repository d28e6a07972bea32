// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/default_headers.hpp"

#include "base/ascii.hpp"
#include "policy/proxy_selection.hpp"

#include <anode/error.hpp>

#include <algorithm>

namespace anode::policy {

namespace {

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::size_t const count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i != 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i != 4; ++i) {
      out += i <= count ? letters[group >> (18 - 6 * i) & 63] : '=';
    }
  }
}

}  // namespace

std::string host_header(origin const& of, std::uint16_t default_port) {
  std::string_view const host = of.host;
  bool const bare_ipv6 = !host.starts_with('[') && host.find(':') != host.rfind(':');
  std::string value;
  if (bare_ipv6) {
    value.append("[").append(host.substr(0, host.find('%'))).append("]");
  } else if (std::size_t const zone = host.find('%'); host.starts_with('[') && zone != host.npos) {
    value.append(host.substr(0, zone)).append("]");
  } else {
    value.append(host);
  }
  if (of.port != 0 && of.port != default_port) {
    value.append(":").append(std::to_string(of.port));
  }
  return value;
}

bool same_authority(std::string_view a, std::string_view b) noexcept {
  constexpr std::string_view default_port = ":80";
  for (std::string_view* const authority : {&a, &b}) {
    if (authority->ends_with(default_port)) {
      authority->remove_suffix(default_port.size());
    }
  }
  return base::names_equal(a, b);
}

std::string absolute_target(std::string_view method, std::string_view path,
                            std::string_view authority) {
  constexpr std::string_view scheme = "http://";
  std::string target(scheme);
  if (path.starts_with('/')) {
    return target.append(authority).append(path);
  }
  if (path == "*" && method == "OPTIONS") {
    return target.append(authority);
  }
  std::string message = "The property 'options.path' must ";
  if (base::names_equal(path.substr(0, scheme.size()), scheme)) {
    std::string_view const named = path.substr(scheme.size());
    if (same_authority(named.substr(0, named.find_first_of("/?#")), authority)) {
      return std::string(path);
    }
    message.append("match the request authority (").append(authority).append(")");
  } else {
    message += "be in absolute-form or start with /";
  }
  message.append(". Received '").append(redact_userinfo(path)).append("'");
  throw http::exception(http::error::invalid_arg_value, std::move(message));
}

void validate_proxied_host(std::string_view host, std::string_view authority) {
  if (!same_authority(host, authority)) {
    std::string message =
        "The property 'Host in options.headers' must match the request authority (";
    message.append(authority).append("). Received '").append(host).append("'");
    throw http::exception(http::error::invalid_arg_value, std::move(message));
  }
}

std::string basic_authorization(std::string_view credentials) {
  std::string value = "Basic ";
  append_base64(value, credentials);
  return value;
}

void add_default_headers(message::header_map& headers, request_origin const& origin) {
  if (!origin.to.host.empty() && origin.set_host && headers.text("host").value_or("").empty()) {
    if (origin.host_value.empty()) {
      headers.set("Host", host_header(origin.to, origin.default_port));
    } else {
      headers.set("Host", origin.host_value);
    }
  }
  if (!origin.auth.empty() && headers.text("authorization").value_or("").empty()) {
    headers.set("Authorization", basic_authorization(origin.auth));
  }
}

}  // namespace anode::policy
