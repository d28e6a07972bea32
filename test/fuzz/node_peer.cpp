// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The parser's side of the differential fuzzer (tools/node/fuzz/against_node). It reads inputs from
// stdin and writes to stdout how a server handles each. Not a libFuzzer target.
//
// Input:  u32 size, u8 flags (1 lenient, 2 accepts upgrades, 4 the peer half-closes behind it,
//         8 Host is required, 16 a response, 32 to HEAD, 64 to CONNECT), u8 number of splits,
//         u32 each; then the bytes.
// Output: u32 size, then netstrings `size:bytes,`: the error's code or nothing, its reason, its
//         offset, the number of bytes behind an upgrade or nothing, the status codes of the
//         responses; and for each message "c" or "-" (complete or not), method, target (or
//         status and reason), version, body, the number of field lines, their names and values,
//         the number of trailers, their names and values.
// All numbers are little endian.

#include "http1/parser.hpp"

#include <anode/error.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace http = anode::http;
using anode::http1::parse_result;

constexpr unsigned flag_lenient = 1;
constexpr unsigned flag_upgrade = 2;
constexpr unsigned flag_eof = 4;
constexpr unsigned flag_host = 8;
constexpr unsigned flag_response = 16;
constexpr unsigned flag_head = 32;
constexpr unsigned flag_connect = 64;

void put(std::string& out, std::string_view bytes) {
  out += std::to_string(bytes.size());
  out += ':';
  out += bytes;
  out += ',';
}

struct received {
  std::string method, target, version, body;
  http::field_lines fields, trailers;
  bool complete = false;
};

void put(std::string& out, http::field_lines const& lines) {
  put(out, std::to_string(lines.size()));
  for (auto const line : lines) {
    put(out, line.name);
    put(out, line.value);
  }
}

/// The result of one input on a server with default options.
class reader {
public:
  reader(unsigned flags, std::vector<std::size_t> const& cuts, std::string_view bytes)
      : flags_(flags),
        bytes_(bytes),
        parser_((flags & flag_response) != 0 ? anode::message::message_kind::response
                                             : anode::message::message_kind::request,
                options(flags)) {
    parser_.expect_response_to((flags & flag_head) != 0      ? "HEAD"
                               : (flags & flag_connect) != 0 ? "CONNECT"
                                                             : "GET");
    std::size_t begin = 0;
    for (std::size_t const cut : cuts) {
      feed(begin, cut);
      begin = cut;
    }
    feed(begin, bytes.size());
    if ((flags & flag_eof) != 0 && !stopped_) {
      finish();
    }
  }

  std::string result() const {
    std::string out;
    put(out, failed_ ? http::code_name(make_error_code(parser_.error().code)) : "");
    put(out, failed_ ? parser_.error().reason : "");
    put(out, std::to_string(error_at_));
    put(out, left_ ? std::to_string(behind_) : "");
    put(out, answers());
    for (auto const& m : messages_) {
      put(out, m.complete ? "c" : "-");
      put(out, m.method);
      put(out, m.target);
      put(out, m.version);
      put(out, m.body);
      put(out, m.fields);
      put(out, m.trailers);
    }
    return out;
  }

private:
  static anode::http1::parser_options options(unsigned flags) {
    anode::http1::parser_options o;
    o.insecure_http_parser = (flags & flag_lenient) != 0;
    return o;
  }

  void feed(std::size_t begin, std::size_t end) {
    std::string_view input = bytes_.substr(begin, end - begin);
    while (!stopped_) {
      switch (parser_.next(input, head_)) {
        case parse_result::need_more:
          return;
        case parse_result::head:
          begin_message();
          break;
        case parse_result::body:
          messages_.back().body += parser_.body();
          break;
        case parse_result::end:
          end_message();
          break;
        case parse_result::upgrade:
          end_message();
          left_ = stopped_ = true;
          behind_ = bytes_.size() - end + input.size();
          break;
        case parse_result::error:
          fail(begin);
          break;
      }
    }
  }

  void finish() {
    switch (parser_.finish()) {
      case parse_result::end:
        end_message();
        break;
      case parse_result::error:
        fail(0);
        break;
      default:
        break;
    }
  }

  void begin_message() {
    received m;
    m.method = head_.method_name();
    m.target = response() ? std::to_string(head_.status) + ' ' + std::string(head_.reason())
                          : std::string(head_.target());
    m.version = std::to_string(head_.version_major) + '.' + std::to_string(head_.version_minor);
    m.fields = head_.fields;
    messages_.push_back(std::move(m));
    if (!response() && head_.upgrade && (flags_ & flag_upgrade) != 0) {
      parser_.accept_upgrade();
    }
    keep_alive_.push_back(head_.should_keep_alive);
    bad_host_.push_back(!response() && (flags_ & flag_host) != 0 && head_.version_major == 1 &&
                        head_.version_minor == 1 && !head_.has(anode::message::field_id::host));
  }

  void end_message() {
    messages_.back().complete = true;
    messages_.back().trailers = parser_.trailers();
  }

  void fail(std::size_t offset) {
    failed_ = stopped_ = true;
    error_at_ = offset + parser_.error().bytes_parsed;
  }

  bool response() const { return (flags_ & flag_response) != 0; }

  /// Returns the status codes sent by a server whose handler answers each complete request with 200
  /// after reading all input.
  std::string answers() const {
    std::string out;
    if (response()) {
      return out;
    }
    if (!bad_host_.empty() && bad_host_[0]) {
      return "400";
    }
    if (failed_) {
      switch (parser_.error().code) {
        case http::error::header_overflow:
          return "431";
        case http::error::chunk_extensions_overflow:
          return "413";
        default:
          return "400";
      }
    }
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      if (bad_host_[i]) {
        return out + "400";
      }
      if (messages_[i].complete) {
        out += "200 ";
      }
      if (!keep_alive_[i]) {
        return out;  // With insecureHTTPParser later input is not answered.
      }
    }
    return out;
  }

  unsigned flags_;
  std::string_view bytes_;
  anode::http1::parser parser_;
  anode::message::message_head head_;
  std::vector<received> messages_;
  std::vector<bool> bad_host_, keep_alive_;
  bool stopped_ = false, failed_ = false, left_ = false;
  std::size_t error_at_ = 0, behind_ = 0;
};

bool read(void* to, std::size_t size) { return std::fread(to, 1, size, stdin) == size; }

bool read_number(std::uint32_t& n) {
  unsigned char b[4];
  if (!read(b, 4)) {
    return false;
  }
  n = b[0] | (std::uint32_t{b[1]} << 8) | (std::uint32_t{b[2]} << 16) | (std::uint32_t{b[3]} << 24);
  return true;
}

}  // namespace

int main() {
  std::string bytes;
  for (std::uint32_t size = 0; read_number(size);) {
    unsigned char flags_and_count[2];
    if (!read(flags_and_count, 2)) {
      return 1;
    }
    std::vector<std::size_t> cuts;
    for (unsigned i = 0; i < flags_and_count[1]; ++i) {
      std::uint32_t cut = 0;
      if (!read_number(cut) || cut > size || (!cuts.empty() && cut < cuts.back())) {
        return 1;
      }
      cuts.push_back(cut);
    }
    bytes.resize(size);
    if (!read(bytes.data(), size)) {
      return 1;
    }
    std::string const result = reader(flags_and_count[0], cuts, bytes).result();
    unsigned char length[4];
    for (unsigned i = 0; i < 4; ++i) {
      length[i] = static_cast<unsigned char>(result.size() >> (8 * i));
    }
    std::fwrite(length, 1, 4, stdout);
    std::fwrite(result.data(), 1, result.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
