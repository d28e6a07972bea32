// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Round trip: for any input, the head writer either throws and writes nothing, or the parser reads
// the written bytes back as the same message without a rest.
#include "http1/head_writer.hpp"

#include "http1/chunk_writer.hpp"
#include "http1/parser.hpp"

#include <anode/error.hpp>
#include <anode/headers.hpp>
#include <anode/status.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace http = anode::http;
using http::field_lines;
using namespace anode::http1;
using namespace anode::message;

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "line %u\n", at.line());
    std::abort();
  }
}

/// Reads values from the fuzzer's bytes.
class source {
public:
  explicit source(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::uint8_t number() {
    if (rest_.empty()) {
      return 0;
    }
    auto const n = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return n;
  }

  std::string text() {
    std::size_t const size = std::min<std::size_t>(number() % 24, rest_.size());
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  std::string name() {
    static constexpr char const* known[] = {"Connection",
                                            "Content-Length",
                                            "Transfer-Encoding",
                                            "Trailer",
                                            "Date",
                                            "Keep-Alive",
                                            "X-A",
                                            "x-a",
                                            "Set-Cookie",
                                            "Cookie",
                                            "connection"};
    std::uint8_t const n = number();
    return n < 11 ? known[n] : text();
  }

  std::string value() {
    static constexpr char const* known[] = {"close", "keep-alive", "chunked", "gzip, chunked",
                                            "0",     "3",          "5",       "gzip"};
    std::uint8_t const n = number();
    return n < 8 ? known[n] : text();
  }

private:
  std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
  std::size_t const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void change(header_map& headers, source& in) {
  for (int i = in.number() % 8; i != 0; --i) {
    try {
      switch (in.number() % 6) {
        case 0:
          headers.set(in.name(), in.value());
          break;
        case 1:
          headers.append(in.name(), in.value());
          break;
        case 2: {
          std::string const first = in.value();
          std::string const second = in.value();
          headers.set(in.name(), {first, second});
          break;
        }
        case 3:
          headers.remove(in.name());
          break;
        case 4: {
          std::string const name = in.name();
          std::string const value = in.value();
          headers.merge({name, value, in.name(), in.value()});
          break;
        }
        default: {
          std::string const name = in.name();
          std::string const value = in.value();
          headers.merge({{name, value}});
          break;
        }
      }
    } catch (http::exception const&) {
      // The header is invalid; the message continues without it.
    }
  }
}

struct written {
  std::string bytes;
  std::string body;
  outgoing_framing framing;
  std::vector<std::pair<std::string, std::string>> trailers;
};

void write_body(written& out, source& in, bool known_length) {
  if (out.framing.end() == body_end::none) {
    return;
  }
  std::string data = "body";
  if (!known_length) {
    data = in.text();
  }
  if (out.framing.end() == body_end::length) {
    data.assign(std::min<std::uint64_t>(out.framing.content_length(), 64), 'x');
  }
  out.body = data;
  if (!out.framing.chunked()) {
    out.bytes += data;
    return;
  }
  append_chunk(out.bytes, data);
  append_chunk(out.bytes, "");
  trailer_lines trailers;
  try {
    std::string const name = in.name();
    std::string const value = in.value();
    trailers.set({{name, value}});
    out.trailers.emplace_back(name, value);
  } catch (http::exception const&) {
    require(trailers.empty());
  }
  append_last_chunk(out.bytes, trailers);
}

void check_lines(http::field_lines const& read, header_map const& headers, bool dropped_length) {
  // The user's lines come first and in order, except joined ones.
  bool joined = false;
  headers.for_each_line([&](header_map::line const& line) { joined = joined || line.more; });
  if (joined) {
    return;
  }
  std::size_t at = 0;
  headers.for_each_line([&](header_map::line const& line) {
    if (dropped_length && line.field == field_id::content_length) {
      return;
    }
    require(at < read.size());
    require(read[at].name == line.name);
    require(read[at].value == trimmed(line.value));
    ++at;
  });
  require(read.size() <= at + 4);
}

/// Returns whether the head writer omits the user's Content-Length: beside a Transfer-Encoding and
/// in a 204 response (RFC 9110 section 8.6).
bool drops_length(message_head const& head, header_map const& headers) {
  bool drops = head.status == 204;
  headers.for_each_line([&](header_map::line const& line) {
    drops = drops || line.field == field_id::transfer_encoding;
  });
  return drops;
}

bool read_back(parser& d, written const& message, header_map const& headers, message_head& head) {
  std::string_view input = message.bytes;
  std::string body;
  bool got_head = false;
  bool ended = false;
  while (!ended) {
    parse_result const event = d.next(input, head);
    if (event == parse_result::head) {
      require(!got_head);
      got_head = true;
    } else if (event == parse_result::body) {
      body += d.body();
    } else if (event == parse_result::end || event == parse_result::upgrade) {
      ended = true;
    } else if (event == parse_result::need_more) {
      // The message is cut off: its declared length is not reached, or it lasts until the end of
      // the connection.
      require(got_head);
      if (message.framing.end() == body_end::close) {
        require(d.finish() == parse_result::end);
      } else {
        require(message.framing.end() == body_end::length && message.framing.content_length() > 64);
      }
      ended = true;
    } else {
      // A Host set by the user can be invalid. Nothing else remains unchecked.
      require(d.error().reason.ends_with("Host"));
      return false;
    }
  }
  require(got_head);
  require(input.empty());
  require(body == message.body);
  check_lines(head.fields, headers, drops_length(head, headers));
  http::field_lines const& trailers = d.trailers();
  require(trailers.size() == message.trailers.size());
  for (std::size_t i = 0; i != trailers.size(); ++i) {
    require(trailers[i].name == message.trailers[i].first);
    require(trailers[i].value == trimmed(message.trailers[i].second));
  }
  return true;
}

void round_trip_response(source& in) {
  response_context context;
  context.status = 200 + in.number() % 5 * 100 + in.number() % 8;
  if (context.status > 599) {
    context.status = 304;
  }
  std::uint8_t const bits = in.number();
  context.head_request = (bits & 1) != 0;
  context.should_keep_alive = (bits & 2) != 0;
  context.chunked_by_default = (bits & 4) != 0;
  context.max_requests_reached = (bits & 8) != 0;
  context.send_date = (bits & 16) != 0;
  context.date_line = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  context.keep_alive_line = "Keep-Alive: timeout=5\r\n";
  if ((bits & 32) != 0) {
    context.content_length = 4;
  }
  std::string const reason = in.text();
  if ((bits & 64) != 0) {
    context.reason = reason;
  }
  header_map headers;
  change(headers, in);

  written message;
  try {
    message.framing = write_response_head(message.bytes, context, headers);
  } catch (http::exception const&) {
    require(message.bytes.empty());
    return;
  }
  write_body(message, in, context.content_length.has_value());
  parser d(message_kind::response);
  d.expect_response_to(context.head_request ? "HEAD" : "GET");
  message_head head;
  if (!read_back(d, message, headers, head)) {
    return;
  }
  require(head.status == context.status);
  if (context.reason) {
    require(head.reason() == reason);
  }
}

void round_trip_request(source& in) {
  request_context context;
  auto const methods = http::methods();
  context.method = methods[in.number() % methods.size()];
  if (context.method == "CONNECT") {
    context.method = "GET";
  }
  std::uint8_t const bits = in.number();
  context.should_keep_alive = (bits & 1) != 0;
  context.has_agent = (bits & 2) != 0;
  context.body_follows = (bits & 4) != 0;
  if ((bits & 8) != 0) {
    context.content_length = 4;
  }
  // As in Node, the writer accepts DEL and bytes from 0x80. The parser rejects them.
  std::string target = "/" + in.text();
  std::ranges::replace_if(target, [](char c) { return c < 0 || c == '\x7f'; }, 'a');
  context.target = target;
  header_map headers;
  headers.set("Host", "h");
  change(headers, in);

  written message;
  try {
    message.framing = write_request_head(message.bytes, context, headers);
  } catch (http::exception const&) {
    require(message.bytes.empty());
    return;
  }
  require(message.framing.end() != body_end::close);
  write_body(message, in, context.content_length.has_value());
  parser d(message_kind::request);
  message_head head;
  if (!read_back(d, message, headers, head)) {
    return;
  }
  require(head.method_name() == context.method);
  require(head.target() == target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  source in({reinterpret_cast<char const*>(data), size});
  if (in.number() % 2 == 0) {
    round_trip_response(in);
  } else {
    round_trip_request(in);
  }
  return 0;
}
