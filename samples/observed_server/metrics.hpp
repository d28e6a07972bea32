// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace samples {

namespace http = anode::http;

/// A histogram of durations with the buckets that OpenTelemetry recommends for HTTP.
class histogram {
public:
  /// The upper bounds of the buckets, in seconds.
  static constexpr std::array<double, 14> bounds{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                 0.5,   0.75, 1,     2.5,  5,     7.5, 10};

  void add(double seconds);

  /// Appends the samples in the text format of Prometheus.
  void append_to(std::string& out, std::string_view name, std::string_view labels) const;

private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  double sum_ = 0;
};

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
