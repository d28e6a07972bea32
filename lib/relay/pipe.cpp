// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/access.hpp"
#include "base/require_handle.hpp"
#include "exchange/incoming_state.hpp"
#include "exchange/outgoing_state.hpp"
#include "message/header_validation.hpp"
#include "policy/hop_by_hop.hpp"
#include "runtime/timers.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>
#include <anode/pipe.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::http {

using anode::exchange::incoming_state;
using anode::exchange::outgoing_state;

namespace {

incoming_state& source_of(incoming_message const& m) {
  return base::require_handle(anode::detail::access::impl(m), "incoming_message");
}

outgoing_state& target_of(outgoing_message const& m) {
  return base::require_handle(anode::detail::access::impl(m), "client_request");
}

bool is_request(incoming_message const& m) { return !m.method().empty(); }

// Returns whether a received field is valid to send. With `http_validation`, more are received.
bool can_be_sent(field_line const& line, bool relaxed) noexcept {
  return base::is_token(line.name) && base::is_header_text(line.value, relaxed);
}

// The most names of the field Trailer that are compared with each trailer.
constexpr std::size_t most_announced = 32;

std::vector<std::string_view> announced_trailers(incoming_message const& from) {
  std::vector<std::string_view> names;
  for (field_line const line : from.raw_headers()) {
    if (base::names_equal(line.name, "Trailer")) {
      policy::for_each_member(line.value, [&](std::string_view name) {
        if (names.size() < most_announced) {
          names.push_back(name);
        }
      });
    }
  }
  return names;
}

void pass_trailers(incoming_message const& from, outgoing_message& to, bool announced_only) {
  if (from.raw_trailers().empty()) {
    return;
  }
  std::vector<std::string_view> const announced = announced_trailers(from);
  auto const is_announced = [&](std::string_view name) {
    return std::ranges::any_of(announced,
                               [name](std::string_view n) { return base::names_equal(n, name); });
  };
  header_list trailers;
  for (field_line const line : from.raw_trailers()) {
    if (policy::is_trailer_passed_on(line.name) && (!announced_only || is_announced(line.name))) {
      trailers.append(line.name, line.value);
    }
  }
  to.add_trailers(trailers);
}

// Returns whether the error means that the message's own connection is closed.
bool is_connection_failure(error_code const& ec) noexcept {
  return ec == error::stream_destroyed || ec == error::premature_close;
}

void close_both(incoming_message& from, outgoing_message& to, bool reading, error_code ec) {
  bool const cancelled = ec == net::error::operation_aborted;
  // Destroy the target, because an incomplete body must not look complete.
  if (reading || !is_connection_failure(ec)) {
    to.destroy(cancelled ? error_code() : ec);
  }
  if (cancelled || (!reading && !is_request(from))) {
    from.destroy();
  } else if (!reading) {
    from.dump();
  }
}

// Wakes a pipe that waits for its source when its target closes. Active until the pipe completes or
// is destroyed.
class target_watch final : public outgoing_state::close_observer {
public:
  target_watch(outgoing_state& to, incoming_message& from) : to_(to), from_(from) {
    to_.set_close_observer(this);
  }
  target_watch(target_watch const&) = delete;
  target_watch& operator=(target_watch const&) = delete;
  ~target_watch() { stop(); }

  void stop() noexcept { to_.set_close_observer(nullptr); }
  bool closed() const noexcept { return closed_; }

  void message_closed() override {
    stop();
    closed_ = true;
    if (is_request(from_)) {
      from_.dump();
    } else {
      from_.destroy();
    }
  }

private:
  outgoing_state& to_;
  incoming_message& from_;
  bool closed_ = false;
};

// Limits the time of a wait of a pipe. Armed only while the pipe waits.
class wait_limit final : runtime::timer {
public:
  wait_limit(incoming_message& from, outgoing_message& to) : from_(from), to_(to) {}
  wait_limit(wait_limit const&) = delete;
  wait_limit& operator=(wait_limit const&) = delete;
  ~wait_limit() { stop(); }

  void begin_read(std::chrono::milliseconds time) {
    reading_ = true;
    begin(from_.socket(), time);
  }

  void begin_write(std::chrono::milliseconds time) {
    reading_ = false;
    sent_ = to_.bytes_sent();
    begin(to_.socket(), time);
  }

  void stop() noexcept {
    if (armed() && stream::core_of(at_) != nullptr) {
      stream::core_of(at_)->clock().cancel(*this);
    }
    at_ = anode::socket();
  }

  bool read_expired() const noexcept { return expired_ && reading_; }
  bool write_expired() const noexcept { return expired_ && !reading_; }

private:
  void begin(anode::socket at, std::chrono::milliseconds time) {
    at_ = std::move(at);
    time_ = time;
    if (stream::core_of(at_) != nullptr) {
      stream::core_of(at_)->clock().arm(*this, time);
    }
  }

  void expired() override {
    if (!reading_ && std::exchange(sent_, to_.bytes_sent()) != sent_) {
      stream::core_of(at_)->clock().arm(*this, time_);
      return;
    }
    expired_ = true;
    if (!reading_) {
      to_.destroy(error::timed_out);
    } else if (is_request(from_)) {
      from_.dump();  // the pipe reads the end, and the request can still be answered
    } else {
      from_.destroy(error::timed_out);
    }
  }

  incoming_message& from_;
  outgoing_message& to_;
  anode::socket at_;  // keeps the clock
  std::chrono::milliseconds time_{0};
  std::uint64_t sent_ = 0;
  bool reading_ = false;
  bool expired_ = false;
};

void copy_segment(pipe_options const& how, bool& copies, std::string_view segment) {
  if (copies && how.copy->size() + segment.size() <= how.copy_limit) {
    how.copy->append(segment);
  } else if (std::exchange(copies, false)) {
    how.copy->clear();
  }
}

pipe_end end_of(error_code ec, bool source, wait_limit const& limit) {
  if (source) {
    return limit.read_expired() ? pipe_end::source_silent : pipe_end::source_failed;
  }
  if (limit.write_expired()) {
    return pipe_end::target_silent;
  }
  return is_connection_failure(ec) ? pipe_end::target_failed : pipe_end::unsuitable;
}

// Returns whether a segment that was just read ends its message, and can be written together with
// the end: a message without Content-Length would get one.
bool is_last_segment(incoming_state const& source, outgoing_state const& target) {
  return source.is_complete() && !source.has_segment() && source.trailers.empty() &&
         source.head.body == message::body_kind::length &&
         target.headers.contains("Content-Length");
}

// Reads the end of a message whose segments have been read.
void read_end(incoming_state& source) {
  std::optional<std::string_view> none;
  source.try_read(none);
}

// Body and room are often available. Then nothing is awaited.
// @param result receives the facts; null: failures are thrown
net::awaitable<std::uint64_t> run_pipe(incoming_message& from, outgoing_message& to,
                                       pipe_options const& how, pipe_result* result) {
  incoming_state& source = source_of(from);
  outgoing_state& target = target_of(to);
  anode::detail::ptr<anode::detail::counted> const keep_source = source.keep();
  anode::detail::ptr<anode::detail::counted> const keep_target = target.keep();
  std::uint64_t bytes = 0;
  bool reading = false;
  std::string_view rest;  // is written together with the end
  bool last = false;      // whether there is one
  bool copies = how.copy != nullptr;
  wait_limit limit(from, to);
  target_watch watch(target, from);
  target.strict_content_length = true;  // the program may have set a wrong Content-Length
  try {
    bool const bodiless = is_request(from) && source.head.body == message::body_kind::none;
    // Trailers need chunks, and a body that is empty and complete would get a length.
    bool const head_first = !source.is_complete() || !from.raw_trailers().empty();
    if (head_first && !target.head_written() && !bodiless) {
      co_await target.flush_headers(source.head.body != message::body_kind::none);
    }
    while (true) {
      reading = true;
      std::optional<std::string_view> segment;
      if (!source.try_read(segment)) {
        bool const limited =
            how.read_timeout.count() > 0 && (bytes > 0 || !how.read_timeout_after_first);
        if (limited) {
          limit.begin_read(how.read_timeout);
        }
        segment = co_await source.read();
        if (limited) {
          limit.stop();
        }
      }
      reading = false;
      if (!segment) {
        break;
      }
      bytes += segment->size();
      copy_segment(how, copies, *segment);
      last = is_last_segment(source, target);
      if (last) {
        rest = *segment;
        break;
      }
      outgoing_state::written_bytes written = target.put(*segment);
      if (!written.settled()) {
        if (how.write_timeout.count() > 0) {
          limit.begin_write(how.write_timeout);
        }
        co_await target.operation(std::move(written));
        if (how.write_timeout.count() > 0) {
          limit.stop();
        }
      }
    }
    if (!last && (watch.closed() || !source.is_complete())) {
      reading = !watch.closed();  // a discarded rest is not the end of the body
      throw boost::system::system_error(error::premature_close);
    }
    watch.stop();  // `to` may close after its end
    pass_trailers(from, to, how.announced_trailers_only);
    outgoing_state::written_bytes written = target.put_end(rest, last);
    if (!written.settled()) {
      if (how.write_timeout.count() > 0) {
        limit.begin_write(how.write_timeout);
      }
      co_await target.operation(std::move(written));
    }
    if (last) {
      read_end(source);
    }
  } catch (boost::system::system_error const& e) {
    watch.stop();
    limit.stop();
    if (last) {
      read_end(source);
    }
    bool const source_fails = reading && !watch.closed();
    bool const cancelled = e.code() == net::error::operation_aborted;
    // The loss of a client cancels its handler.
    bool const target_lost = cancelled && to.destroyed();
    bool const source_lost = cancelled && from.destroyed();
    close_both(from, to, source_fails, e.code());
    if (result == nullptr) {
      throw;
    }
    result->end = target_lost   ? pipe_end::target_failed
                  : source_lost ? pipe_end::source_failed
                  : cancelled   ? pipe_end::cancelled
                                : end_of(e.code(), source_fails, limit);
    result->error = e.code();
  } catch (...) {
    watch.stop();
    limit.stop();
    close_both(from, to, true, {});
    throw;
  }
  if (result != nullptr) {
    result->bytes = bytes;
  }
  co_return bytes;
}

constexpr pipe_options no_limits;

}  // namespace

net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to) {
  return run_pipe(from, to, no_limits, nullptr);
}

net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to,
                                   pipe_options const& how, pipe_result& result) {
  result = pipe_result();
  return run_pipe(from, to, how, &result);
}

void pass_headers(incoming_message const& from, outgoing_message& to) {
  outgoing_state& out = target_of(to);
  out.require_head_open("append");
  policy::pass_fields(source_of(from).head, out.headers);
}

void pass_headers(incoming_message const& from, outgoing_message& to,
                  bool (*omit)(std::string_view name)) {
  outgoing_state& out = target_of(to);
  out.require_head_open("append");
  policy::pass_fields(source_of(from).head, out.headers, omit);
}

header_list end_to_end_headers(incoming_message const& from) {
  header_list headers;
  policy::for_each_end_to_end(
      source_of(from).head, [&](field_line const line) { headers.append(line.name, line.value); });
  return headers;
}

void pass_information(client_request& from, server_response& to) {
  from.on_information([&to, continued = false](information const& i) mutable {
    if (to.destroyed() || to.headers_sent() || to.req().http_version_minor() == 0) {
      return;
    }
    if (i.status_code == 100) {
      if (!std::exchange(continued, true)) {
        to.write_continue();
      }
      return;
    }
    // Drop hints for a client that does not read, because they would accumulate here.
    if (!target_of(to).has_room()) {
      return;
    }
    policy::hop_by_hop const ends_here(i.raw_headers);
    bool const relaxed = target_of(to).headers.relaxed_values();
    header_list headers;
    for (field_line const line : i.raw_headers) {
      if (!ends_here.contains(line.name) && !base::names_equal(line.name, "Content-Length") &&
          can_be_sent(line, relaxed)) {
        headers.append(line.name, line.value);
      }
    }
    to.write_information(i.status_code, headers);
  });
}

bool can_be_passed_on(incoming_message const& message) {
  return policy::can_be_reframed(source_of(message).head);
}

}  // namespace anode::http
