// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent.hpp>
#include <anode/agent_options.hpp>
#include <anode/detail/counted.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace anode::proxy {

/// An upstream of a pool. Leases keep it, also after the pool has replaced it.
class pool_member final : public anode::detail::counted {
public:
  pool_member(std::string upstream_name, http::request_options to, http::agent by)
      : name(std::move(upstream_name)), target(std::move(to)), agent(std::move(by)) {}

  std::string name;
  http::request_options target;
  http::agent agent;
  std::uint64_t id = 0;
  unsigned send_proxy = 0;
  std::shared_ptr<boost::asio::cancellation_signal> check;  // of the check under way
};

}  // namespace anode::proxy
