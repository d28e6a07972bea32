// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The texts that the admin listener of a reverse proxy serves.
#include "samples/reverse_proxy/metrics.hpp"

#include "support/catch.hpp"

#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace samples_config_metrics {

namespace proxy = anode::proxy;
using namespace std::chrono_literals;

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

proxy::exchange_record record_of(int status, proxy::failure_side side,
                                 proxy::exchange_phase phase) {
  proxy::exchange_record r;
  r.status = status;
  r.side = side;
  r.phase = phase;
  r.total = 20ms;
  r.request_body = 3;
  r.response_body = 5;
  return r;
}

samples::proxy_state state_of_two() {
  samples::proxy_state s;
  auto counters = std::make_shared<samples::traffic_counters>();
  counters->add(record_of(200, proxy::failure_side::none, proxy::exchange_phase::complete));
  counters->add(record_of(204, proxy::failure_side::none, proxy::exchange_phase::complete));
  proxy::exchange_record late =
      record_of(504, proxy::failure_side::upstream, proxy::exchange_phase::response_head);
  late.timed_out = true;
  late.total = 60s;
  late.tunnel_up = 7;
  late.tunnel_down = 11;
  late.add_attempt();
  late.add_attempt();
  counters->add(late);
  counters->add(record_of(0, proxy::failure_side::client, proxy::exchange_phase::request_body));
  s.routes.push_back({"a \"b\"\\", counters});
  s.routes.push_back({"", std::make_shared<samples::traffic_counters>()});
  s.passed.push_back({"pass", counters});
  samples::proxy_state::pool& pool = s.pools.emplace_back();
  pool.name = "p\n";
  pool.status.queued = 4;
  pool.status.retries = 6;
  pool.status.retries_denied = 1;
  proxy::upstream_status& one = pool.status.upstreams.emplace_back();
  one.name = "one";
  one.ejected = true;
  one.ejections = 2;
  one.points = 3.5;
  proxy::upstream_status& two = pool.status.upstreams.emplace_back();
  two.name = "two\x01";
  two.admin = proxy::admin_state::drain;
  two.ejected = true;
  s.listeners.push_back({"http", 9});
  s.failed_reloads = 1;
  s.draining = true;
  return s;
}

}  // namespace

TEST_CASE("proxy metrics: what is counted") {
  std::string const text = samples::metrics_text(state_of_two());
  for (std::string_view const line : {
           "anode_connections{listener=\"http\"} 9\n",
           "anode_requests_total{route=\"a \\\"b\\\"\\\\\",code=\"2xx\",end=\"--\"} 2\n",
           "anode_requests_total{route=\"a \\\"b\\\"\\\\\",code=\"5xx\",end=\"sH\"} 1\n",
           "anode_requests_total{route=\"a \\\"b\\\"\\\\\",code=\"none\",end=\"CB\"} 1\n",
           "anode_request_retries_total{route=\"a \\\"b\\\"\\\\\"} 1\n",
           "anode_request_in_bytes_total{route=\"a \\\"b\\\"\\\\\"} 19\n",
           "anode_request_out_bytes_total{route=\"a \\\"b\\\"\\\\\"} 31\n",
           "anode_request_seconds_bucket{route=\"a \\\"b\\\"\\\\\",le=\"0.01\"} 0\n",
           "anode_request_seconds_bucket{route=\"a \\\"b\\\"\\\\\",le=\"0.025\"} 3\n",
           "anode_request_seconds_bucket{route=\"a \\\"b\\\"\\\\\",le=\"10\"} 3\n",
           "anode_request_seconds_bucket{route=\"a \\\"b\\\"\\\\\",le=\"+Inf\"} 4\n",
           "anode_request_seconds_sum{route=\"a \\\"b\\\"\\\\\"} 60.06\n",
           "anode_request_seconds_count{route=\"\"} 0\n",
           "anode_passed_connections_total{listener=\"pass\",code=\"2xx\",end=\"--\"} 2\n",
           "anode_upstream_state{pool=\"p\\n\",upstream=\"one\",state=\"ejected\"} 1\n",
           "anode_upstream_state{pool=\"p\\n\",upstream=\"one\",state=\"in\"} 0\n",
           "anode_upstream_state{pool=\"p\\n\",upstream=\"two\x01\",state=\"drain\"} 1\n",
           "anode_upstream_points{pool=\"p\\n\",upstream=\"one\"} 3.5\n",
           "anode_upstream_ejections_total{pool=\"p\\n\",upstream=\"one\"} 2\n",
           "anode_pool_queue_length{pool=\"p\\n\"} 4\n",
           "anode_pool_retries_total{pool=\"p\\n\",result=\"done\"} 6\n",
           "anode_pool_retries_total{pool=\"p\\n\",result=\"denied\"} 1\n",
           "anode_config_reloads_total{result=\"failed\"} 1\n",
           "anode_draining 1\n",
       }) {
    CAPTURE(line);
    CHECK(has(text, line));
  }
}

TEST_CASE("proxy metrics: the samples of a name stand together behind its type") {
  std::istringstream lines(samples::metrics_text(state_of_two()));
  std::set<std::string> done;
  std::string family;
  std::string line;
  std::size_t samples = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CAPTURE(family);
      CHECK(done.insert(family).second);
      continue;
    }
    CAPTURE(family, line);
    CHECK(line.starts_with(family));
    CHECK(line.find(' ') != std::string::npos);
    ++samples;
  }
  CHECK(samples > 50);
}

TEST_CASE("proxy metrics: upstreams as JSON") {
  std::string const text = samples::upstreams_json(state_of_two());
  CHECK(text.starts_with(
      "{\"pools\":[{\"name\":\"p\\u000a\",\"queued\":4,\"refused\":0,\"retries\":6,"
      "\"retries_denied\":1,\"upstreams\":[{\"name\":\"one\",\"state\":"
      "\"ejected\",\"weight\":1,\"effective_weight\":1,"));
  CHECK(has(text, "},{\"name\":\"two\\u0001\",\"state\":\"drain\","));
  CHECK(text.ends_with("}]}]}\n"));
  CHECK(samples::upstreams_json({}) == "{\"pools\":[]}\n");
}

TEST_CASE("proxy metrics: a request is in progress until it ends") {
  auto const counters = std::make_shared<samples::traffic_counters>();
  {
    samples::request_in_progress const one(counters);
    samples::request_in_progress const none(nullptr);
    CHECK(counters->in_progress == 1);
  }
  CHECK(counters->in_progress == 0);
}

}  // namespace samples_config_metrics
