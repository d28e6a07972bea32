// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "metrics.hpp"

#include <fmt/format.h>

#include <iterator>

#if defined(__linux__)
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>
#endif

namespace samples {
namespace {

namespace proxy = anode::proxy;

template <class... Args>
void append(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

// Appends the type of the samples that follow.
void begin(std::string& out, std::string_view name, std::string_view type) {
  append(out, "# TYPE {} {}\n", name, type);
}

// Returns a name as the value of a label.
std::string label(std::string_view name) {
  std::string out;
  for (char const c : name) {
    if (c == '\\' || c == '"') {
      out += '\\';
    }
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      append(out, "\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    if (c == '\\' || c == '"') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

std::string_view state_of(proxy::upstream_status const& u) {
  switch (u.admin) {
    case proxy::admin_state::drain:
      return "drain";
    case proxy::admin_state::out:
      return "out";
    case proxy::admin_state::in:
      break;
  }
  return u.check_failed ? "check_failed" : u.ejected ? "ejected" : "in";
}

constexpr std::array<std::string_view, 5> states{"in", "ejected", "check_failed", "drain", "out"};

// One sample of each upstream.
template <class F>
void append_upstreams(std::string& out, proxy_state const& state, std::string_view name,
                      std::string_view type, F value) {
  begin(out, name, type);
  for (proxy_state::pool const& p : state.pools) {
    for (proxy::upstream_status const& u : p.status.upstreams) {
      append(out, "{}{{pool=\"{}\",upstream=\"{}\"}} {}\n", name, label(p.name), label(u.name),
             value(u));
    }
  }
}

// One sample of each pool.
template <class F>
void append_pools(std::string& out, proxy_state const& state, std::string_view name,
                  std::string_view type, F value) {
  begin(out, name, type);
  for (proxy_state::pool const& p : state.pools) {
    append(out, "{}{{pool=\"{}\"}} {}\n", name, label(p.name), value(p.status));
  }
}

void append_states(std::string& out, proxy_state const& state) {
  constexpr std::string_view name = "anode_upstream_state";
  begin(out, name, "gauge");
  for (proxy_state::pool const& p : state.pools) {
    for (proxy::upstream_status const& u : p.status.upstreams) {
      for (std::string_view const s : states) {
        append(out, "{}{{pool=\"{}\",upstream=\"{}\",state=\"{}\"}} {}\n", name, label(p.name),
               label(u.name), s, s == state_of(u) ? 1 : 0);
      }
    }
  }
}

void append_retries(std::string& out, proxy_state const& state) {
  constexpr std::string_view name = "anode_pool_retries_total";
  begin(out, name, "counter");
  for (proxy_state::pool const& p : state.pools) {
    append(out, "{}{{pool=\"{}\",result=\"done\"}} {}\n", name, label(p.name), p.status.retries);
    append(out, "{}{{pool=\"{}\",result=\"denied\"}} {}\n", name, label(p.name),
           p.status.retries_denied);
  }
}

// The counters of the routes, or of the listeners that pass connections through.
class traffic_writer {
public:
  traffic_writer(std::string& out, std::vector<proxy_state::traffic> const& all,
                 std::string_view prefix, std::string_view label_name)
      : out_(out), all_(all), prefix_(prefix), label_name_(label_name) {}

  void write() const {
    family("s_total", "counter",
           [this](traffic_counters const& c, std::string_view name, std::string_view labels) {
             for (auto const& [key, count] : c.ends) {
               auto const& [status, end] = key;
               append(out_, "{}{{{},code=\"{}\",end=\"{}\"}} {}\n", name, labels,
                      status == 0 ? std::string("none") : fmt::format("{}xx", status),
                      std::string_view(end.data(), end.size()), count);
             }
           });
    one("s_in_progress", "gauge", [](traffic_counters const& c) { return c.in_progress; });
    one("_retries_total", "counter", [](traffic_counters const& c) { return c.retries; });
    one("_in_bytes_total", "counter", [](traffic_counters const& c) { return c.in; });
    one("_out_bytes_total", "counter", [](traffic_counters const& c) { return c.out; });
    family("_seconds", "histogram",
           [this](traffic_counters const& c, std::string_view name, std::string_view labels) {
             c.durations.append_to(out_, name, labels);
           });
  }

private:
  // All samples of one name stand together.
  template <class F>
  void family(std::string_view suffix, std::string_view type, F samples) const {
    std::string const name = fmt::format("{}{}", prefix_, suffix);
    begin(out_, name, type);
    for (proxy_state::traffic const& t : all_) {
      samples(*t.counters, name, fmt::format("{}=\"{}\"", label_name_, label(t.name)));
    }
  }

  template <class F>
  void one(std::string_view suffix, std::string_view type, F value) const {
    family(
        suffix, type,
        [this, value](traffic_counters const& c, std::string_view name, std::string_view labels) {
          append(out_, "{}{{{}}} {}\n", name, labels, value(c));
        });
  }

  std::string& out_;
  std::vector<proxy_state::traffic> const& all_;
  std::string_view prefix_;
  std::string_view label_name_;
};

void append_process(std::string& out) {
#if defined(__linux__)
  std::error_code ec;
  std::filesystem::directory_iterator const descriptors("/proc/self/fd", ec);
  if (!ec) {
    begin(out, "process_open_fds", "gauge");
    // One of them reads the directory.
    append(
        out, "process_open_fds {}\n",
        std::distance(std::filesystem::begin(descriptors), std::filesystem::end(descriptors)) - 1);
  }
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> size >> resident) {
    begin(out, "process_resident_memory_bytes", "gauge");
    append(out, "process_resident_memory_bytes {}\n",
           resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  }
#else
  (void)out;
#endif
}

}  // namespace

void traffic_counters::add(proxy::exchange_record const& record) {
  ++ends[{record.status / 100, record.end()}];
  durations.add(std::chrono::duration<double>(record.total).count());
  in += record.request_body + record.tunnel_up;
  out += record.response_body + record.tunnel_down;
  retries += record.tries() > 1 ? record.tries() - 1 : 0;
}

std::string metrics_text(proxy_state const& state) {
  std::string out;
  begin(out, "anode_connections", "gauge");
  for (proxy_state::listener const& l : state.listeners) {
    append(out, "anode_connections{{listener=\"{}\"}} {}\n", label(l.name), l.connections);
  }
  traffic_writer(out, state.routes, "anode_request", "route").write();
  if (!state.passed.empty()) {
    traffic_writer(out, state.passed, "anode_passed_connection", "listener").write();
  }
  append_states(out, state);
  using proxy::pool_status;
  using proxy::upstream_status;
  append_upstreams(out, state, "anode_upstream_in_progress", "gauge",
                   [](upstream_status const& u) { return u.in_progress; });
  append_upstreams(out, state, "anode_upstream_weight", "gauge",
                   [](upstream_status const& u) { return u.effective_weight; });
  append_upstreams(out, state, "anode_upstream_points", "gauge",
                   [](upstream_status const& u) { return u.points; });
  append_upstreams(out, state, "anode_upstream_requests_total", "counter",
                   [](upstream_status const& u) { return u.requests; });
  append_upstreams(out, state, "anode_upstream_failures_total", "counter",
                   [](upstream_status const& u) { return u.failed; });
  append_upstreams(out, state, "anode_upstream_ejections_total", "counter",
                   [](upstream_status const& u) { return u.ejections; });
  append_pools(out, state, "anode_pool_queue_length", "gauge",
               [](pool_status const& p) { return p.queued; });
  append_pools(out, state, "anode_pool_refused_total", "counter",
               [](pool_status const& p) { return p.refused; });
  append_retries(out, state);
  begin(out, "anode_config_reloads_total", "counter");
  append(out, "anode_config_reloads_total{{result=\"done\"}} {}\n", state.reloads);
  append(out, "anode_config_reloads_total{{result=\"failed\"}} {}\n", state.failed_reloads);
  begin(out, "anode_draining", "gauge");
  append(out, "anode_draining {}\n", state.draining ? 1 : 0);
  append_process(out);
  return out;
}

std::string upstreams_json(proxy_state const& state) {
  std::string out = "{\"pools\":[";
  std::string_view next_pool;
  for (proxy_state::pool const& p : state.pools) {
    append(out,
           "{}{{\"name\":{},\"queued\":{},\"refused\":{},\"retries\":{},\"retries_denied\":{},"
           "\"upstreams\":[",
           next_pool, json_text(p.name), p.status.queued, p.status.refused, p.status.retries,
           p.status.retries_denied);
    std::string_view next;
    for (proxy::upstream_status const& u : p.status.upstreams) {
      append(out,
             "{}{{\"name\":{},\"state\":\"{}\",\"weight\":{},\"effective_weight\":{},"
             "\"in_progress\":{},\"points\":{},\"returns_in_ms\":{},\"requests\":{},"
             "\"answered\":{},\"failed\":{},\"ejections\":{}}}",
             next, json_text(u.name), state_of(u), u.weight, u.effective_weight, u.in_progress,
             u.points, u.returns_in.count(), u.requests, u.answered, u.failed, u.ejections);
      next = ",";
    }
    out += "]}";
    next_pool = ",";
  }
  return out + "]}\n";
}

}  // namespace samples
