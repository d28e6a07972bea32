// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/pipe.hpp>

#include "api/held.hpp"
#include "connection/incoming.hpp"
#include "connection/outgoing.hpp"
#include "protocol/forwarding.hpp"
#include "protocol/header_rules.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

#include <memory>

namespace anode::http {
namespace {

bool is_request(incoming_message const& m) { return !m.method().empty(); }

// A request without these has no body (RFC 9112 section 6.3).
bool announces_body(incoming_message const& m) {
  merged_headers const& h = m.headers();
  return h.contains("Transfer-Encoding") || h.get("Content-Length").value_or("0") != "0";
}

void pass_trailers(incoming_message const& from, outgoing_message& to) {
  if (from.raw_trailers().empty()) {
    return;
  }
  header_list trailers;
  for (field_line const line : from.raw_trailers()) {
    if (protocol::is_trailer_passed_on(line.name)) {
      trailers.append(line.name, line.value);
    }
  }
  to.add_trailers(trailers);
}

void close_other(incoming_message& from, outgoing_message& to, bool reading, error_code ec) {
  bool const cancelled = ec == net::error::operation_aborted;
  if (reading || cancelled) {
    to.destroy(cancelled ? error_code() : ec);
  }
  if (cancelled || (!reading && !is_request(from))) {
    from.destroy();
  } else if (!reading) {
    from.dump();
  }
}

// Wakes a pipe that waits for its source when its target is closed.
struct target_watch {
  incoming_message* from = nullptr;  // null once the pipe is over
  bool closed = false;

  void on_close() {
    if (from == nullptr) {
      return;
    }
    closed = true;
    if (is_request(*from)) {
      from->dump();
    } else {
      from->destroy();
    }
  }
};

// Ends a watch with its pipe, also when that is destroyed where it waits.
class watch_end {
public:
  explicit watch_end(target_watch& w) : watch_(w) {}
  watch_end(watch_end const&) = delete;
  watch_end& operator=(watch_end const&) = delete;
  ~watch_end() { watch_.from = nullptr; }

private:
  target_watch& watch_;
};

net::awaitable<std::uint64_t> run_pipe(incoming_message& from, outgoing_message& to) {
  std::uint64_t bytes = 0;
  bool reading = false;
  auto const watch = std::make_shared<target_watch>();
  watch_end const end{*watch};
  watch->from = &from;
  to.on_close([watch] { watch->on_close(); });
  try {
    if (!from.complete() && !to.headers_sent() && (!is_request(from) || announces_body(from))) {
      co_await to.flush_headers();
    }
    while (true) {
      reading = true;
      auto const piece = co_await from.read();
      reading = false;
      if (!piece) {
        break;
      }
      co_await to.write(*piece);
      bytes += piece->size();
    }
    if (watch->closed || !from.complete()) {
      reading = !watch->closed;  // else the rest was thrown away: it is no end of the body
      throw boost::system::system_error(error::premature_close);
    }
    watch->from = nullptr;  // `to` may close once it is ended
    pass_trailers(from, to);
    co_await to.end();
  } catch (boost::system::system_error const& e) {
    watch->from = nullptr;
    close_other(from, to, reading && !watch->closed, e.code());
    throw;
  }
  co_return bytes;
}

}  // namespace

net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to) {
  return run_pipe(from, to);
}

void pass_headers(incoming_message const& from, outgoing_message& to) {
  connection::outgoing& out = held(to.state(), "client_request");
  out.require_head_open("append");
  protocol::pass_fields(held(from.self(), "incoming_message").head, out.headers);
}

header_list end_to_end_headers(incoming_message const& from) {
  header_list headers;
  protocol::for_each_end_to_end(
      held(from.self(), "incoming_message").head,
      [&](field_line const line) { headers.append(line.name, line.value); });
  return headers;
}

void pass_information(client_request& from, server_response& to) {
  from.on_information([&to](information const& i) {
    if (to.destroyed() || to.headers_sent() || to.req().http_version_minor() == 0) {
      return;
    }
    if (i.status_code == 100) {
      to.write_continue();
      return;
    }
    protocol::hop_by_hop const ends_here(i.raw_headers);
    header_list headers;
    for (field_line const line : i.raw_headers) {
      if (!ends_here.contains(line.name) && !protocol::names_equal(line.name, "Content-Length")) {
        headers.append(line.name, line.value);
      }
    }
    to.write_information(i.status_code, headers);
  });
}

bool can_be_passed_on(incoming_message const& message) {
  return protocol::can_be_reframed(held(message.self(), "incoming_message").head);
}

}  // namespace anode::http
