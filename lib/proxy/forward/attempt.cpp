// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/attempt.hpp"

#include "proxy/rules/hops.hpp"
#include "proxy/rules/text_fields.hpp"

#include <anode/error.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace anode::proxy {

using namespace net::experimental::awaitable_operators;

namespace {

// Waits until the head of the request is passed to the system, therefore a connection exists, or
// the request has failed.
net::awaitable<void> connected(http::client_request& out) {
  out.flush_headers();
  bool waits = true;
  while (waits && !out.destroyed()) {
    anode::socket connection = out.socket();
    co_await connection.drained();
    waits = connection != out.socket();  // a retry has another connection
  }
}

// Sends the body of the request. Failures of the upstream are ignored here, because its response
// decides.
net::awaitable<void> send_body(attempt& a, http::client_request& out) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  passage& p = a.p;
  try {
    co_await connected(out);
    if (out.destroyed()) {
      co_return;
    }
    if (p.body_kept) {
      co_await out.end(p.replay);
      co_return;
    }
    p.body_read = true;
    http::pipe_options how;
    how.read_timeout = p.how.timeouts.body_silence;
    how.read_timeout_after_first = p.req.headers().contains("Expect");
    how.announced_trailers_only = true;
    how.copy = p.how.replay_limit > 0 ? &p.replay : nullptr;
    how.copy_limit = p.how.replay_limit;
    p.record.request_body = co_await http::pipe(p.req, out, how, a.up);
  } catch (boost::system::system_error const&) {
  }
  // Trailers are not kept.
  p.body_kept = p.req.complete() && a.up.end == http::pipe_end::complete &&
                p.replay.size() == a.up.bytes && p.req.raw_trailers().empty();
}

// Returns why a response cannot be passed on; empty if it can be.
std::string_view objection_to(http::incoming_message const& answer, bool switching) {
  int const status = answer.status_code();
  if (status == 101 && !switching) {
    return "switched the protocol without a request";
  }
  if (status < 100 || status > 599 || (status < 200 && status != 101)) {
    return "sent an invalid status";
  }
  bool const is_text = std::ranges::none_of(answer.status_message(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte == 0x7f || (byte < 0x20 && c != '\t');
  });
  if (!is_text) {
    return "sent an invalid reason phrase";
  }
  if (!has_few_connection_names(answer.raw_headers())) {
    return "sent too many names in Connection";
  }
  return http::can_be_passed_on(answer) ? "" : "sent an unknown Transfer-Encoding";
}

bool asks_to_close(http::incoming_message const& answer) {
  for (std::string_view list = answer.headers().get("Connection").value_or(""); !list.empty();) {
    if (equal_text(take_member(list), "close")) {
      return true;
    }
  }
  return false;
}

// Waits until a large response is sent, because the rest of it is still buffered here.
net::awaitable<void> send_rest(attempt& a, http::server_response& res) {
  std::chrono::milliseconds const limit = a.p.how.timeouts.client_write;
  std::chrono::microseconds const begun = a.p.elapsed();
  try {
    res.set_timeout(limit);  // without a listener, the connection is closed
    co_await res.finished();
    res.set_timeout(std::chrono::milliseconds(0));
  } catch (boost::system::system_error const& e) {
    bool const silent = limit.count() > 0 && a.p.elapsed() - begun >= limit;
    a.down.end = silent ? http::pipe_end::target_silent : http::pipe_end::target_failed;
    a.down.error = e.code();
  }
}

constexpr std::uint64_t large_body = 65536;

net::awaitable<void> receive(attempt& a, http::server_response& res, http::client_request& out) {
  // Enables cancellation: a client that disconnects aborts its request to the upstream.
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  http::pass_information(out, res);
  http::incoming_message answer;
  try {
    answer = co_await out.response();
  } catch (http::request_error const& e) {
    a.note(e);
    a.client_left = res.destroyed();
    co_return;
  } catch (boost::system::system_error const& e) {
    a.note(e.code());
    a.client_left = res.destroyed();
    co_return;
  }
  a.reused = out.reused_socket();
  if (!a.accept(answer, false)) {
    out.destroy();
    co_return;
  }
  a.note_answer(answer);
  res.set_status_code(answer.status_code());
  res.set_status_message(answer.status_message());
  http::pass_headers(answer, res);
  if (!a.p.how.via.empty()) {
    res.append_header("Via", via_value(answer.http_version_minor(), a.p.how.via, {}));
  }
  // An early response does not stop the upload, unless it is an error and the connection ends.
  bool const stops = a.status >= 400 && asks_to_close(answer);
  http::pipe_options how;
  how.write_timeout = a.p.how.timeouts.client_write;
  how.announced_trailers_only = true;
  a.p.record.response_body = co_await http::pipe(answer, res, how, a.down);
  if (a.down.end == http::pipe_end::complete && a.down.bytes >= large_body &&
      !res.writable_finished()) {
    co_await send_rest(a, res);
  }
  if ((stops || a.down.end != http::pipe_end::complete) && !out.writable_finished()) {
    out.destroy();
  }
}

net::awaitable<void> send_and_receive(attempt& a, http::server_response& res,
                                      http::client_request& out) {
  co_await (send_body(a, out) && receive(a, res, out));
}

bool is_own(error_code ec) {
  namespace errc = boost::system::errc;
  return ec == net::error::no_descriptors || ec == errc::too_many_files_open_in_system ||
         ec == net::error::no_memory || ec == net::error::no_buffer_space ||
         ec == errc::address_not_available;
}

bool is_timeout(error_code ec) {
  return ec == http::error::timed_out || ec == net::error::timed_out;
}

// The errors of the parser precede those of the program, see `http::error`.
bool is_parse_error(error_code ec) {
  return ec.category() == http::error_category() &&
         ec.value() < static_cast<int>(http::error::headers_sent);
}

bool is_lost(error_code ec) {
  return ec == http::error::connection_reset || ec == net::error::connection_reset ||
         ec == net::error::broken_pipe || ec == net::error::eof || ec == http::error::truncated ||
         ec == net::error::connection_refused || ec == net::error::connection_aborted;
}

exchange_phase phase_of(http::request_phase phase) {
  switch (phase) {
    case http::request_phase::queued:
      return exchange_phase::queue;
    case http::request_phase::lookup:
      return exchange_phase::lookup;
    case http::request_phase::connect:
    case http::request_phase::tunnel:
      return exchange_phase::connect;
    case http::request_phase::secure:
      return exchange_phase::secure;
    case http::request_phase::send:
      return exchange_phase::request_body;
    case http::request_phase::head:
      return exchange_phase::response_head;
    case http::request_phase::body:
      break;
  }
  return exchange_phase::response_body;
}

std::string_view detail_of(failure_facts const& f, error_code ec) {
  if (f.side == waited_side::client) {
    return f.kind == failure_kind::timed_out ? "the request took too long" : "the client has left";
  }
  if (f.side == waited_side::resource) {
    return "the proxy has too few resources";
  }
  if (f.side == waited_side::killed) {
    return "the proxy has cancelled the request";
  }
  bool const late = f.kind == failure_kind::timed_out;
  switch (f.phase) {
    case exchange_phase::lookup:
      return late ? "has a name that is not resolved in time" : "has a name that is not resolved";
    case exchange_phase::connect:
      return late ? "does not accept the connection in time" : "cannot be reached";
    case exchange_phase::secure:
      return late ? "does not complete the TLS handshake" : "fails in the TLS handshake";
    case exchange_phase::response_body:
      return late ? "stopped in the response" : "closed the connection in the response";
    default:
      break;
  }
  if (f.kind == failure_kind::invalid) {
    return ec == http::error::header_overflow ? "sent a response head that is too large"
                                              : "sent an invalid response";
  }
  return late ? "did not answer in time" : "closed the connection before it answered";
}

}  // namespace

void attempt::note(http::request_error const& e) {
  failed = true;
  code = e.code();
  phase = e.phase();
  verdict = e.verdict();
  reused = e.reused_socket();
}

void attempt::note(error_code ec) {
  failed = true;
  code = ec;
  phase = http::request_phase::head;
  verdict = http::verdict::maybe_processed;
}

bool attempt::accept(http::incoming_message const& answer, bool switching) {
  objection = objection_to(answer, switching);
  if (!objection.empty()) {
    failed = true;
    phase = http::request_phase::head;
    verdict = http::verdict::response_started;
  }
  return objection.empty();
}

void attempt::note_answer(http::incoming_message const& answer) {
  answered = true;
  status = answer.status_code();
  // An earlier attempt may have left its failure.
  p.record.side = failure_side::none;
  p.record.phase = exchange_phase::complete;
  p.record.timed_out = false;
  p.record.cause = {};
  p.record.detail = {};
  p.record.status = status;
  p.record.to_first_byte = p.elapsed();
  if (attempt_record* const r = p.record.last_attempt()) {
    r->reused = reused;
    r->status = status;
    r->took = p.record.to_first_byte;
  }
  if (observer_ != nullptr) {
    observer_->answered(answer);
  }
}

failure_facts attempt::facts() const {
  failure_facts f;
  f.verdict = verdict;
  f.reused = reused;
  f.method = kind_of(p.req.method());
  f.body = p.body();
  f.answer_begun = answered;
  f.phase = answered ? exchange_phase::response_body : phase_of(phase);
  using http::pipe_end;
  // The end of an upload ends the exchange, also while a response is passed on.
  bool const client_fails = up.end == pipe_end::source_silent ||
                            up.end == pipe_end::source_failed || up.end == pipe_end::unsuitable;
  if (answered) {
    f.verdict = http::verdict::response_started;
    f.side = waited_side::upstream;
    f.kind = is_timeout(down.error) ? failure_kind::timed_out : failure_kind::ended;
    if (down.end == pipe_end::target_failed || down.end == pipe_end::target_silent) {
      f.side = waited_side::client;
      f.kind = down.end == pipe_end::target_silent ? failure_kind::timed_out : failure_kind::ended;
    } else if (down.end == pipe_end::cancelled) {
      f.side = waited_side::killed;
    } else if (client_fails) {
      f.side = waited_side::client;
      f.phase = exchange_phase::request_body;
      f.kind = up.end == pipe_end::source_silent ? failure_kind::timed_out : failure_kind::ended;
    }
    return f;
  }
  if (client_fails) {
    f.side = waited_side::client;
    f.phase = exchange_phase::request_body;
    f.kind = up.end == pipe_end::source_silent ? failure_kind::timed_out : failure_kind::ended;
  } else if (up.end == pipe_end::cancelled) {
    f.side = waited_side::killed;
    f.phase = exchange_phase::request_body;
  } else if (client_left) {
    f.side = waited_side::client;
  } else if (code == http::error::aborted || code == net::error::operation_aborted) {
    f.side = waited_side::killed;
  } else if (is_own(code)) {
    f.side = waited_side::resource;
  } else if (is_timeout(code)) {
    f.kind = failure_kind::timed_out;
  } else if (!objection.empty() || is_parse_error(code) ||
             (phase == http::request_phase::secure && !is_lost(code))) {
    f.kind = failure_kind::invalid;
  }
  return f;
}

void attempt::record(failure_facts const& f, failure_action const& action) const {
  exchange_record& r = p.record;
  r.phase = f.phase;
  r.timed_out = f.kind == failure_kind::timed_out;
  r.cause = answered ? down.error : code;
  if (is_timeout(r.cause)) {
    r.cause = http::error::timed_out;
  }
  r.detail = objection.empty() ? detail_of(f, code) : objection;
  switch (f.side) {
    case waited_side::client:
      r.side = failure_side::client;
      r.cause = answered ? r.cause : error_code();
      break;
    case waited_side::upstream:
      r.side = failure_side::upstream;
      break;
    case waited_side::resource:
      r.side = failure_side::resource;
      break;
    case waited_side::killed:
      r.side = failure_side::killed;
      break;
  }
  if (attempt_record* const of = r.last_attempt()) {
    of->cause = r.cause;
    of->phase = f.phase;
    of->verdict = f.verdict;
    of->reused = reused;
    of->row = action.row;
    of->eighths = action.eighths;
    of->took = p.elapsed();
  }
}

http::request_options const& limited(passage const& p, http::request_options const& like,
                                     std::optional<http::request_options>& copy) {
  proxy_timeouts const& t = p.how.timeouts;
  std::chrono::milliseconds const left = p.left();
  bool const as_wanted = like.head_timeout == t.answer && like.idle_timeout == t.answer_silence &&
                         like.connect_timeout == t.connect && like.deadline == left &&
                         like.retry == 1U && like.max_interim_responses == p.how.interim_heads;
  if (as_wanted) {
    return like;
  }
  http::request_options& own = copy.emplace(like);
  t.apply_to(own);
  own.deadline = left;
  own.max_interim_responses = p.how.interim_heads;
  return own;
}

net::awaitable<void> run_attempt(attempt& a, http::server_response& res,
                                 http::client_request& out) {
  if (a.p.with_body) {
    return send_and_receive(a, res, out);
  }
  out.end();
  return receive(a, res, out);
}

}  // namespace anode::proxy
