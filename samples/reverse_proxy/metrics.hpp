// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../histogram.hpp"

#include <anode/proxy/exchange_record.hpp>
#include <anode/proxy/upstream_pool.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

/// What is counted of the requests of a route, or of the connections of a listener that passes them
/// through.
struct traffic_counters {
  /// The upper bounds of the durations, in seconds.
  static constexpr std::array<double, 12> bounds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                 0.25,  0.5,   1,    2.5,   5,    10};

  /// Counts the end of a request.
  void add(anode::proxy::exchange_record const& record);

  /// The ends, by the class of the status and the letters of the record, which has few of each.
  std::map<std::pair<int, std::array<char, 2>>, std::uint64_t> ends{};
  histogram durations{bounds};
  std::uint64_t in = 0;         ///< bytes of bodies and tunnels
  std::uint64_t out = 0;        ///< the same, to the clients
  std::uint64_t retries = 0;    ///< attempts behind the first ones
  std::size_t in_progress = 0;  ///< requests in progress
};

/// Counts a request as in progress until it is destroyed.
class request_in_progress {
public:
  /// @param of may be null
  explicit request_in_progress(std::shared_ptr<traffic_counters> of) : of_(std::move(of)) {
    if (of_) {
      ++of_->in_progress;
    }
  }
  request_in_progress(request_in_progress const&) = delete;
  request_in_progress& operator=(request_in_progress const&) = delete;
  ~request_in_progress() {
    if (of_) {
      --of_->in_progress;
    }
  }

private:
  std::shared_ptr<traffic_counters> of_;
};

/// The state of a reverse proxy at one time.
struct proxy_state {
  /// Counters with the name of their route or listener.
  struct traffic {
    std::string name{};
    std::shared_ptr<traffic_counters> counters{};
  };
  /// A pool with its name.
  struct pool {
    std::string name{};
    anode::proxy::pool_status status{};
  };
  /// A listener with its connections.
  struct listener {
    std::string name{};
    std::size_t connections = 0;
  };

  std::vector<traffic> routes{};  ///< the name is empty for requests without a route
  std::vector<traffic> passed{};  ///< of the listeners that pass connections through
  std::vector<pool> pools{};
  std::vector<listener> listeners{};
  std::uint64_t reloads = 0;         ///< that have succeeded
  std::uint64_t failed_reloads = 0;  ///< that have changed nothing
  bool draining = false;
};

/// Returns the state in the text format of Prometheus. All names come from the configuration,
/// therefore clients cannot add time series.
std::string metrics_text(proxy_state const& state);

/// Returns the pools and their upstreams as JSON.
std::string upstreams_json(proxy_state const& state);

}  // namespace samples
