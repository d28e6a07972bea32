// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "upstreams.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace samples {

void upstreams::add(std::string_view url) {
  upstream u;
  u.where.set_url(url);
  bool const secure = u.where.protocol == "https:";
  if (u.where.port == 0) {
    u.where.port = secure ? 443 : 80;
  }
  if (secure) {
    // The server proves the name of its URL. Otherwise it would be that of the client's Host
    // header.
    anode::error_code ec;
    boost::asio::ip::make_address(u.where.host, ec);
    u.where.servername = ec ? u.where.host : "";
  }
  u.where.retry = 1;  // the server may have closed a kept connection
  while (u.where.path.size() > 1 && u.where.path.ends_with('/')) {
    u.where.path.pop_back();
  }
  u.name = fmt::format("{}:{}", u.where.host, u.where.port);
  all_.push_back(std::move(u));
}

upstream* upstreams::choose(time_point now, upstream const* except) {
  upstream* best = nullptr;
  upstream* first_back = nullptr;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    upstream& u = all_[(next_ + i) % all_.size()];
    bool const up = u.down_until <= now;
    if (up && &u != except && (best == nullptr || *u.busy < *best->busy)) {
      best = &u;
    }
    if (first_back == nullptr || u.down_until < first_back->down_until) {
      first_back = &u;
    }
  }
  if (best == nullptr && except == nullptr) {
    best = first_back;
  }
  if (best != nullptr) {
    next_ = static_cast<std::size_t>(best - all_.data()) + 1;
  }
  return best;
}

void upstreams::note_failure(upstream& u, time_point now) {
  if (++u.failures >= failures_allowed) {
    u.down_until = now + rest_;
  }
}

}  // namespace samples
