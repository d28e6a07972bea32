// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/agent_options.hpp>
#include <anode/proxy/forward_options.hpp>

#include <cstdint>
#include <random>

namespace anode::proxy {
namespace {

std::string make_tag() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device device;
  std::uint32_t bits = device();
  std::string tag;
  for (int i = 0; i < 8; ++i, bits >>= 4) {
    tag += digits[bits & 15];
  }
  return tag;
}

std::string const& process_tag() {
  static std::string const tag = make_tag();
  return tag;
}

}  // namespace

void proxy_timeouts::apply_to(http::request_options& options) const {
  options.connect_timeout = connect;
  options.head_timeout = answer;
  options.idle_timeout = answer_silence;
  options.retry = 1;  // the server may have closed a kept connection
}

forward_options::forward_options() : instance(process_tag()) {}

}  // namespace anode::proxy
