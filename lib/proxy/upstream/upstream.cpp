// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/error.hpp>
#include <anode/network_list.hpp>
#include <anode/proxy/upstream.hpp>

namespace anode::proxy {

namespace {

// "host:port", with the brackets of an IPv6 address.
std::string authority_of(http::request_options const& target) {
  bool const is_v6 = target.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

bool is_address(std::string_view host) {
  return network_list({"0.0.0.0/0", "::/0"}).contains(host);
}

}  // namespace

upstream::upstream(std::string_view url) {
  target_.set_url(url);
  if (target_.path.find('?') != std::string::npos) {
    throw http::exception(http::error::invalid_arg_value, "The URL of an upstream has a query");
  }
  bool const secure = target_.protocol == "https:";
  if (target_.port == 0) {
    target_.port = secure ? 443 : 80;
  }
  if (secure) {
    // Otherwise the server would have to prove the name in the client's Host field.
    target_.servername = is_address(target_.host) ? "" : target_.host;
  }
  while (target_.path.ends_with('/')) {
    target_.path.pop_back();
  }
  name_ = authority_of(target_);
}

upstream::upstream(std::string name, http::request_options target)
    : name_(std::move(name)), target_(std::move(target)) {}

upstream& upstream::weight(unsigned value) {
  if (value < 1 || value > max_weight) {
    throw http::exception(
        http::error::out_of_range,
        "The weight of an upstream must be 1 to 1000, not " + std::to_string(value));
  }
  weight_ = value;
  return *this;
}

upstream& upstream::send_proxy(unsigned version) {
  if (version > 2) {
    throw http::exception(
        http::error::out_of_range,
        "The version of a PROXY header must be 0, 1 or 2, not " + std::to_string(version));
  }
  send_proxy_ = version;
  return *this;
}

}  // namespace anode::proxy
