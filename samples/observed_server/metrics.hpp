// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../histogram.hpp"

#include <anode/http.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace samples {

namespace http = anode::http;

/// The metrics of servers and agents of one thread, by the stable names of OpenTelemetry. No label
/// comes from a path, and an unknown method is "_OTHER": a client cannot add time series.
class metrics {
public:
  /// Adds the observers to a server's trace. Calls an observer that is already set first.
  void add_to(http::server_trace& trace);

  /// Adds the observers to a client's trace.
  void add_to(http::client_trace& trace);

  /// Returns all metrics in the text format of Prometheus.
  std::string text() const;

private:
  // The value of the label error_type and the other labels.
  using server_key = std::tuple<std::string_view, int, bool>;                        // method
  using client_key = std::tuple<std::string_view, std::string, std::uint16_t, int>;  // method

  std::map<server_key, histogram> server_;
  std::map<client_key, histogram> client_;
  std::int64_t active_ = 0;
  std::int64_t connections_ = 0;
};

/// Returns the method as a label: a known method, or "_OTHER". The view is a constant.
std::string_view method_label(std::string_view method);

}  // namespace samples
