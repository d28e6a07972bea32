// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/address/forwarded.hpp"

#include <anode/error.hpp>
#include <anode/web/client_address.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace anode::web {

struct trusted_proxies::data {
  std::vector<ip_network> networks;
  forwarded_header header = forwarded_header::x_forwarded_for;

  bool local = false;  // trusts connections without an address

  bool contains(std::optional<ip_address> const& address) const noexcept {
    return address ? std::ranges::any_of(networks,
                                         [&](ip_network const& n) { return n.contains(*address); })
                   : local;
  }
};

trusted_proxies::trusted_proxies(std::initializer_list<std::string_view> networks,
                                 forwarded_header header) {
  auto made = std::make_shared<data>();
  made->header = header;
  for (std::string_view const text : networks) {
    if (text == "unix") {
      made->local = true;
      continue;
    }
    auto const network = parse_ip_network(text);
    if (!network) {
      throw http::exception(http::error::invalid_ip_address,
                            "Invalid address or network: " + std::string(text));
    }
    made->networks.push_back(*network);
  }
  data_ = std::move(made);
}

forwarded_header trusted_proxies::header() const noexcept {
  return data_ ? data_->header : forwarded_header::x_forwarded_for;
}

bool trusted_proxies::contains(std::string_view address) const noexcept {
  return data_ && data_->contains(parse_ip_address(address));
}

std::string trusted_proxies::client_of(std::string_view peer, std::string_view value) const {
  auto const address = parse_ip_address(peer);
  std::string client = address ? to_string(*address) : std::string(peer);
  if (!data_ || !data_->contains(address)) {
    return client;
  }
  auto const list = data_->header == forwarded_header::forwarded ? parse_forwarded(value)
                                                                 : parse_x_forwarded_for(value);
  for (std::size_t i = list.size(); i-- > 0 && list[i];) {
    client = to_string(*list[i]);
    if (!data_->contains(list[i])) {
      break;
    }
  }
  return client;
}

}  // namespace anode::web
