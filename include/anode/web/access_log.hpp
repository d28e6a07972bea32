// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers that observe requests: access log, request ids, metrics. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/web/router.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

/// Returns a layer that writes one line for each request when its exchange is over, in the combined
/// log format with the duration in seconds behind it:
///
///     192.0.2.1 - alice [30/Nov/2026:05:06:07 +0000] "GET /a?b HTTP/1.1" 200 1234 "-" "curl" 0.001
///
/// Texts of the client have control bytes, quotes and backslashes as `\xNN`, therefore a client
/// cannot forge lines. The status is 0 if the connection was lost before the head was sent. Add the
/// layer first: the line then has the status that later layers caused.
/// @param write gets the line without a line end; called on the executor of the server. The view is
///   valid during the call.
ANODE_EXPORT layer access_log(std::function<void(std::string_view)> write);

/// The identifier of a request, stored by `request_ids`: `c.get<web::request_id>()`.
struct request_id {
  std::string value{};  ///< 32 hexadecimal digits
};

/// Returns a layer that gives each request an identifier of 32 random hexadecimal digits and sets
/// X-Request-Id on the response. The identifier is no secret.
/// @param keep_received uses the X-Request-Id of the request instead, if it has 1 to 128 characters
///   of `A-Z a-z 0-9 - _ .`: only behind a proxy that sets it.
ANODE_EXPORT layer request_ids(bool keep_received = false);

/// Counts requests for a monitoring system: by route, method and class of status, with the sum of
/// the durations.
///
///     web::metrics metrics;
///     app.use(metrics.layer());
///     app.get("/metrics", [metrics](web::context& c) { c.send(metrics.text()); });
///
/// Requests without a route count as the route "", and methods other than the known ones as
/// "other", therefore a client cannot make the table grow. The object is a handle and may be used
/// on several threads.
class ANODE_EXPORT metrics {
public:
  /// Makes counters that are zero.
  metrics();

  /// Returns the layer that counts.
  web::layer layer() const;

  /// Returns the counters in the text format of Prometheus.
  std::string text() const;

private:
  struct counters;
  std::shared_ptr<counters> counters_;
};

}  // namespace anode::web
