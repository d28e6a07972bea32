// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace samples {

reverse_proxy::reverse_proxy(http::agent a, proxy::upstream_pool_options o)
    : reverse_proxy(a, proxy::upstream_pool(a, std::move(o))) {}

reverse_proxy::reverse_proxy(http::agent a, proxy::upstream_pool p)
    : agent(std::move(a)), pool(std::move(p)) {
  how.via = "reverse_proxy";
  how.send = proxy::forwarded_headers::both;
  how.limit.emplace(std::size_t{64});
}

void reverse_proxy::set_silence(std::chrono::milliseconds time) {
  proxy::proxy_timeouts& t = how.timeouts;
  t.body_silence = t.answer = t.answer_silence = t.client_write = t.tunnel_idle = time;
}

void reverse_proxy::set_upstreams(std::vector<std::string> const& urls) {
  std::vector<proxy::upstream> all;
  for (std::string const& url : urls) {
    proxy::upstream const parsed(url);
    http::request_options target = parsed.target();
    how.timeouts.apply_to(target);
    target.max_interim_responses = how.interim_heads;
    // The number makes names of repeated URLs unique.
    std::string name = parsed.name();
    if (std::ranges::any_of(all, [&](proxy::upstream const& u) { return u.name() == name; })) {
      name += fmt::format("#{}", all.size());
    }
    all.emplace_back(std::move(name), std::move(target));
  }
  pool.set(std::move(all));
}

namespace {

// The spans of one request, one for each attempt.
class request_spans {
public:
  explicit request_spans(http::incoming_message const& req)
      : from_(parse_trace_parent(req.headers().get("traceparent").value_or(""))) {}

  // Sends a new span with a request.
  void add_to(http::client_request& out) {
    spans_.push_back(spans_.empty() ? next_span(from_) : next_span(spans_.back()));
    out.set_header("traceparent", spans_.back().text());
    if (!from_) {
      out.remove_header("tracestate");  // it belongs to a valid traceparent
    }
  }

  // Prints each attempt as a line of JSON.
  void print(std::FILE* file, proxy::exchange_record const& record) const {
    for (std::size_t i = 0; i < std::min(spans_.size(), record.attempts().size()); ++i) {
      proxy::attempt_record const& a = record.attempts()[i];
      fmt::print(file,
                 "{{\"trace_id\":\"{}\",\"span_id\":\"{}\",\"parent_span_id\":\"{}\","
                 "\"server\":\"{}\",\"status\":{},\"seconds\":{:.6f}}}\n",
                 spans_[i].trace_id, spans_[i].span_id, from_ ? from_->span_id : "", a.upstream,
                 a.status, std::chrono::duration<double>(a.took).count());
    }
    std::fflush(file);
  }

private:
  std::optional<trace_parent> from_;
  std::vector<trace_parent> spans_;
};

std::string address_of(anode::socket const& client) { return client.remote_endpoint().address; }

// The end of a drain closes the connections of clients, which is not their fault.
void note_cut(reverse_proxy const& p, proxy::exchange_record& record) {
  if (record.side == proxy::failure_side::client && p.cut_at &&
      std::chrono::steady_clock::now() >= *p.cut_at) {
    record.side = proxy::failure_side::killed;
    record.detail = "the proxy ends";
  }
}

void note(reverse_proxy& p, proxy::exchange_record& record, http::incoming_message const& req,
          std::string_view client) {
  note_cut(p, record);
  p.log.write(record, req, client, p.pool_name);
  if (p.counters) {
    p.counters->add(record);
  }
  if (p.on_done) {
    p.on_done(record);
  }
}

// Forwards with options that send the spans.
template <class Forward>
net::awaitable<proxy::exchange_record> forward_traced(reverse_proxy& p, http::incoming_message& req,
                                                      Forward forward) {
  request_spans spans(req);
  proxy::forward_options how = p.how;
  how.on_request = [&spans](http::client_request& out, proxy::attempt_record const&) {
    spans.add_to(out);
  };
  proxy::exchange_record const record = co_await forward(how);
  spans.print(p.spans, record);
  co_return record;
}

// Forwards, with spans if they are printed.
template <class Forward>
net::awaitable<proxy::exchange_record> run(reverse_proxy& p, http::incoming_message& req,
                                           Forward forward) {
  return p.spans != nullptr ? forward_traced(p, req, forward) : forward(p.how);
}

}  // namespace

net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  auto const forward = [&](proxy::forward_options const& how) {
    return proxy::forward(req, res, p.pool, how);
  };
  request_in_progress const counted(p.counters);
  std::string const client = p.log.is_open() ? address_of(req.socket()) : std::string();
  proxy::exchange_record record = co_await run(p, req, forward);
  note(p, record, req, client);
}

net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client) {
  auto const forward = [&](proxy::forward_options const& how) {
    return proxy::forward_upgrade(req, client, p.pool, how);
  };
  request_in_progress const counted(p.counters);
  std::string const address = address_of(client);
  proxy::exchange_record record = co_await run(p, req, forward);
  note(p, record, req, address);
}

namespace {

proxy::exchange_record record_of(unrouted const& why) {
  proxy::exchange_record record;
  record.status = why.status;
  record.side = proxy::failure_side::policy;
  record.phase = proxy::exchange_phase::request_head;
  record.detail = why.detail;
  return record;
}

std::string text_of(unrouted const& why) {
  return fmt::format("{} {}: {}\n", why.status, http::reason_phrase(why.status), why.detail);
}

}  // namespace

proxy::exchange_record refuse_request(unrouted const& why, http::incoming_message const& req,
                                      http::server_response& res) {
  res.set_status_code(why.status);
  res.set_header("Content-Type", "text/plain");
  if (!req.complete()) {
    res.set_header("Connection", "close");
  }
  res.end(text_of(why));
  return record_of(why);
}

proxy::exchange_record refuse_upgrade(unrouted const& why, anode::socket client) {
  std::string const text = text_of(why);
  client.end(
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                  "Connection: close\r\n\r\n{}",
                  why.status, http::reason_phrase(why.status), text.size(), text));
  return record_of(why);
}

}  // namespace samples
