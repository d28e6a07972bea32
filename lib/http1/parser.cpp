// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/parser.hpp"

#include "http1/beast_tokenizer.hpp"
#include "http1/chunk_parser.hpp"
#include "http1/head_places.hpp"
#include "http1/head_scanner.hpp"
#include "message/host_value.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace anode::http1 {
namespace {

// The build option `tokenizer`: whether Beast's parser parses the heads on the fast path, too.
#ifdef ANODE_BEAST_TOKENIZER
constexpr bool beast_parses_all = true;
#else
constexpr bool beast_parses_all = false;
#endif

enum class phase : std::uint8_t {
  // Phases that need input.
  idle,         // between messages
  head,         // inside a head
  body_length,  // this and the next two: inside a body of that kind
  body_chunked,
  body_until_close,
  trailers,  // after the last chunk
  closed,    // no message may follow
  // Phases with an event that needs no input.
  complete,   // the message is complete, `end` is pending
  upgrading,  // the message is complete, `upgrade` is pending
  upgraded,
  refusing,  // the head was returned, but its framing is invalid
  failed,
};

head_scanner_limits limits_of(parser_options const& options) noexcept {
  return {options.max_header_size,
          options.max_headers_count != 0 ? options.max_headers_count
                                         : std::numeric_limits<std::size_t>::max(),
          options.insecure_http_parser, options.relaxed_values};
}

}  // namespace

class parser::state {
public:
  state(message::message_kind kind, parser_options const& options)
      : kind_(kind),
        lenient_(options.insecure_http_parser),
        relaxed_values_(options.relaxed_values),
        scanner_(kind, limits_of(options)),
        chunks_(options.insecure_http_parser) {}

  parse_result next(std::string_view& input, message::message_head& head);
  parse_result finish() noexcept;

  phase phase_ = phase::idle;
  message::message_kind kind_;
  bool lenient_;
  bool relaxed_values_;
  message::method request_method_ = message::method::unknown;
  head_scanner scanner_;
  chunk_parser chunks_;
  std::uint64_t left_ = 0;  // remaining bytes of a body with a length
  std::size_t read_ = 0;    // bytes consumed since the last need_more
  bool bodiless_ = false;   // no body, whatever the head declares; Node's F_SKIPBODY
  bool another_may_follow_ = true;
  std::string pending_;  // the beginning of a head or trailer section
  std::string_view body_;
  http::field_lines trailers_;
  parse_error error_;

private:
  [[gnu::noinline]] parse_result parse_next(std::string_view& input, message::message_head& head);
  parse_result step(char const*& p, char const* end, message::message_head& head);
  parse_result parse_head(char const*& p, char const* end, message::message_head& head);
  parse_result parse_trailers(char const*& p, char const* end);
  parse_result parse_chunks(char const*& p, char const* end);
  parse_result fill(message::message_head& head, std::string_view raw);
  void choose_body(message::message_head const& head, bool invalid_transfer_encoding) noexcept;
  parse_result end_message() noexcept;
  bool may_another_follow() const noexcept;
  std::string_view whole(char const* from, char const* to);
  parse_result fail(http::error code, std::string_view reason) noexcept;
  parse_result fail_tokenizer() noexcept;
};

parse_result parser::state::fail(http::error code, std::string_view reason) noexcept {
  phase_ = phase::failed;
  error_.code = code;
  error_.reason = reason;
  return parse_result::error;
}

// GCOVR_EXCL_START: the tokenizer accepts every head that the scanner accepts
parse_result parser::state::fail_tokenizer() noexcept {
  return fail(http::error::invalid_header_token, "Invalid header token");
}
// GCOVR_EXCL_STOP

parse_result parser::state::next(std::string_view& input, message::message_head& head) {
  if (phase_ == phase::complete) {
    return end_message();
  }
  if (input.empty() && phase_ < phase::complete) {
    read_ = 0;
    return parse_result::need_more;
  }
  return parse_next(input, head);
}

parse_result parser::state::parse_next(std::string_view& input, message::message_head& head) {
  char const* p = input.data();
  bool const failed = phase_ == phase::failed;
  parse_result const result = step(p, p + input.size(), head);
  auto const consumed = static_cast<std::size_t>(p - input.data());
  input.remove_prefix(consumed);
  read_ += consumed;
  if (result == parse_result::need_more) {
    read_ = 0;
  } else if (result == parse_result::error && !failed) {
    error_.bytes_parsed = read_;
  }
  return result;
}

parse_result parser::state::step(char const*& p, char const* end, message::message_head& head) {
  for (;;) {
    if (p == end && phase_ < phase::complete) {
      return parse_result::need_more;
    }
    switch (phase_) {
      case phase::idle:
        if (*p == '\r' || *p == '\n') {
          ++p;
          continue;
        }
        scanner_.start_head();
        trailers_.clear();
        phase_ = phase::head;
        [[fallthrough]];
      case phase::head:
        return parse_head(p, end, head);
      case phase::body_length: {
        auto const size = std::min(left_, static_cast<std::uint64_t>(end - p));
        body_ = {p, static_cast<std::size_t>(size)};
        p += size;
        left_ -= size;
        if (left_ == 0) {
          phase_ = phase::complete;
        }
        return parse_result::body;
      }
      case phase::body_chunked: {
        parse_result const result = parse_chunks(p, end);
        if (phase_ == phase::trailers) {
          continue;
        }
        return result;
      }
      case phase::body_until_close:
        body_ = {p, static_cast<std::size_t>(end - p)};
        p = end;
        return parse_result::body;
      case phase::trailers: {
        parse_result const result = parse_trailers(p, end);
        if (phase_ == phase::complete) {
          continue;
        }
        return result;
      }
      case phase::closed:
        if (char const c = *p++; c == '\r' || c == '\n') {
          continue;
        }
        return fail(http::error::closed_connection, "Data after `Connection: close`");
      case phase::complete:
        return end_message();
      case phase::upgrading:
        phase_ = phase::upgraded;
        [[fallthrough]];
      case phase::upgraded:
        return parse_result::upgrade;
      case phase::refusing:
        return fail(http::error::invalid_transfer_encoding,
                    "Request has invalid `Transfer-Encoding`");
      default:  // phase::failed
        return parse_result::error;
    }
  }
}

/// Returns a complete head or trailer section: the buffered bytes followed by the last segment.
std::string_view parser::state::whole(char const* from, char const* to) {
  if (pending_.empty()) {
    return {from, to};
  }
  pending_.append(from, to);
  return pending_;
}

parse_result parser::state::parse_head(char const*& p, char const* end,
                                       message::message_head& head) {
  char const* const from = p;
  switch (scanner_.feed(p, end)) {
    case head_scanner::scan_result::need_more:
      if (!lenient_) {
        pending_.append(from, p);
      }
      return parse_result::need_more;
    case head_scanner::scan_result::refused:
      return fail(scanner_.code(), scanner_.reason());
    default:
      break;
  }
  parse_result const result = fill(head, whole(from, p));
  pending_.clear();
  return result;
}

parse_result parser::state::fill(message::message_head& head, std::string_view raw) {
  if (scanner_.is_fast_path() && !beast_parses_all) {
    assign_head(head, raw, scanner_);
  } else {
    head.clear();
    std::ptrdiff_t const shift = scanner_.append_canonical(head.fields, raw);
    if (!tokenize_head(kind_, head, 0, scanner_.masked_bytes(), shift)) {
      return fail_tokenizer();  // GCOVR_EXCL_LINE
    }
  }
  head.kind = kind_;
  head.method = scanner_.method();
  head.status = scanner_.status();
  head.version_major = scanner_.version_major();
  head.version_minor = scanner_.version_minor();
  head.framing_values = scanner_.fields();
  head.lenient = lenient_ || relaxed_values_;
  if (kind_ == message::message_kind::request && !scanner_.same_fields()) {
    if (head.repeats(message::field_id::host)) {
      return fail(http::error::invalid_header_token, "Duplicate Host");
    }
    if (head.has(message::field_id::host) &&
        !message::is_host_value(head.value(message::field_id::host), head.fields.bytes().data())) {
      return fail(http::error::invalid_header_token, "Invalid Host");
    }
  }
  message::framing const f =
      kind_ == message::message_kind::request
          ? message::frame_request(head.method, head.version_major, head.version_minor,
                                   head.framing_values, lenient_)
          : message::frame_response(request_method_, head.status, head.version_major,
                                    head.version_minor, head.framing_values);
  head.body = f.body;
  head.content_length = f.content_length;
  head.upgrade = f.upgrade;
  head.should_keep_alive = f.should_keep_alive;
  choose_body(head, f.invalid_transfer_encoding);
  another_may_follow_ = bodiless_ ? may_another_follow() : lenient_ || f.should_keep_alive;
  return parse_result::head;
}

void parser::state::choose_body(message::message_head const& head,
                                bool invalid_transfer_encoding) noexcept {
  message::method const request_method =
      kind_ == message::message_kind::request ? head.method : request_method_;
  bodiless_ = kind_ == message::message_kind::response && request_method == message::method::head;
  // The request method does not change an interim response (RFC 9110 section 15.2).
  bool const interim = head.status / 100 == 1 && head.status != 101;
  if (!interim && (request_method == message::method::connect || head.status == 101)) {
    phase_ = phase::upgrading;
  } else if (invalid_transfer_encoding) {
    phase_ = phase::refusing;
  } else {
    switch (head.body) {
      case message::body_kind::none:
        phase_ = phase::complete;
        break;
      case message::body_kind::length:
        left_ = head.content_length;
        phase_ = phase::body_length;
        break;
      case message::body_kind::chunked:
        chunks_.start();
        phase_ = phase::body_chunked;
        break;
      case message::body_kind::until_close:
        phase_ = phase::body_until_close;
        break;
    }
  }
}

parse_result parser::state::parse_chunks(char const*& p, char const* end) {
  switch (chunks_.feed(p, end, body_)) {
    case chunk_parser::chunk_result::data:
      return parse_result::body;
    case chunk_parser::chunk_result::last:
      scanner_.start_trailers();
      phase_ = phase::trailers;
      return parse_result::need_more;
    case chunk_parser::chunk_result::refused:
      return fail(chunks_.code(), chunks_.reason());
    default:
      return parse_result::need_more;
  }
}

parse_result parser::state::parse_trailers(char const*& p, char const* end) {
  char const* const from = p;
  switch (scanner_.feed(p, end)) {
    case head_scanner::scan_result::need_more:
      if (!lenient_) {
        pending_.append(from, p);
      }
      return parse_result::need_more;
    case head_scanner::scan_result::refused:
      return fail(scanner_.code(), scanner_.reason());
    default:
      break;
  }
  if (!lenient_ && !beast_parses_all) {
    assign_trailers(trailers_, whole(from, p), scanner_);
  } else if (std::string_view const section = lenient_ ? scanner_.canonical() : whole(from, p);
             section.size() > 2 &&
             !tokenize_trailers(trailers_, section, scanner_.masked_bytes())) {
    return fail_tokenizer();  // GCOVR_EXCL_LINE
  }
  pending_.clear();
  another_may_follow_ = may_another_follow();
  phase_ = phase::complete;
  return parse_result::need_more;
}

/// Returns whether another message may follow. As in Node, fields of the trailer section count.
bool parser::state::may_another_follow() const noexcept {
  if (lenient_) {
    return true;
  }
  message::framing_fields const& fields = scanner_.fields();
  int const major = scanner_.version_major();
  int const minor = scanner_.version_minor();
  if (kind_ == message::message_kind::request) {
    return message::frame_request(message::method::unknown, major, minor, fields).should_keep_alive;
  }
  // A response without a body is treated as a 204, whatever its fields declare.
  int const status = bodiless_ ? 204 : scanner_.status();
  return message::frame_response(message::method::unknown, status, major, minor, fields)
      .should_keep_alive;
}

parse_result parser::state::end_message() noexcept {
  phase_ = another_may_follow_ ? phase::idle : phase::closed;
  return parse_result::end;
}

parse_result parser::state::finish() noexcept {
  switch (phase_) {
    case phase::idle:
    case phase::closed:
    case phase::upgraded:
    case phase::failed:
      return parse_result::need_more;
    case phase::complete:
      return end_message();
    case phase::upgrading:
      phase_ = phase::upgraded;
      return parse_result::upgrade;
    case phase::body_until_close:
      phase_ = phase::closed;
      return parse_result::end;
    default:
      return fail(http::error::invalid_eof_state, "Invalid EOF state");
  }
}

parser::parser(message::message_kind kind, parser_options const& options)
    : state_(std::make_unique<state>(kind, options)) {}

parser::~parser() = default;
parser::parser(parser&&) noexcept = default;
parser& parser::operator=(parser&&) noexcept = default;

void parser::expect_response_to(std::string_view request_method) noexcept {
  state_->request_method_ = message::find_method(request_method);
}

void parser::expect_response_to(message::method request_method) noexcept {
  state_->request_method_ = request_method;
}

void parser::accept_upgrade() noexcept { state_->phase_ = phase::upgrading; }
void parser::refuse_connect() noexcept { state_->phase_ = phase::complete; }

parse_result parser::next(std::string_view& input, message::message_head& head) {
  return state_->next(input, head);
}

void parser::end_of_read() noexcept { state_->read_ = 0; }
parse_result parser::finish() noexcept { return state_->finish(); }

std::string_view parser::body() const noexcept { return state_->body_; }

http::field_lines& parser::trailers() noexcept { return state_->trailers_; }

parse_error const& parser::error() const noexcept { return state_->error_; }

bool parser::in_message() const noexcept {
  switch (state_->phase_) {
    case phase::idle:
    case phase::closed:
    case phase::upgraded:
    case phase::failed:
      return false;
    default:
      return true;
  }
}

bool parser::at_end() const noexcept { return state_->phase_ == phase::complete; }

bool parser::in_head() const noexcept { return state_->phase_ == phase::head; }

bool parser::closed() const noexcept { return state_->phase_ == phase::closed; }

std::size_t parser::buffered() const noexcept {
  return state_->pending_.size() + state_->scanner_.canonical().size();
}

void parser::reset() noexcept {
  state_->phase_ = phase::idle;
  state_->read_ = 0;
}

void parser::release_memory() noexcept {
  if (!in_message()) {
    std::string().swap(state_->pending_);
    state_->scanner_.release_memory();
  }
}

}  // namespace anode::http1
