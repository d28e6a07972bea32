// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Invariants of the parser for any input. The fuzz targets and the test of their corpora use them.
// A broken invariant aborts.
#pragma once

#include "http1/chunk_parser.hpp"
#include "http1/parser.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace anode::test {

inline void require(bool holds, char const* what) {
  if (!holds) {
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
  }
}

/// Splits the input into segments. Each segment is a separate heap block, therefore
/// AddressSanitizer detects reads beyond its end.
class pieces {
public:
  pieces(std::string_view all, std::uint32_t seed) : rest_(all), seed_(seed) {}

  /// Makes the next segment, of a pseudo-random size; the whole input if the seed is 0.
  bool next() {
    if (rest_.empty()) {
      return false;
    }
    seed_ = seed_ * 1664525 + 1013904223;
    std::size_t const size = whole() ? rest_.size() : 1 + (seed_ >> 24) % rest_.size();
    std::string_view const segment = rest_.substr(0, size);
    block_ = std::vector<char>(segment.begin(), segment.end());
    piece = {block_.data(), block_.size()};
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view piece;

private:
  bool whole() const noexcept { return first_seed_ == 0; }

  std::string_view rest_;
  std::uint32_t seed_;
  std::uint32_t first_seed_ = seed_;
  std::vector<char> block_;
};

/// How one input is parsed. Read from the first byte of the fuzzer's data.
struct fuzz_options {
  anode::message::message_kind kind;
  bool lenient;
  bool accept_upgrade;
  char const* response_to;
};

/// Parses all segments. Returns the reported events without the offsets of errors.
inline std::string decode_pieces(fuzz_options const& how, std::string_view input,
                                 std::uint32_t seed) {
  using anode::http1::parse_result;
  http1::parser_options options;
  options.insecure_http_parser = how.lenient;
  http1::parser d(how.kind, options);
  d.expect_response_to(std::string_view(how.response_to));
  anode::message::message_head head;
  std::string log;
  auto const append_lines = [&log](http::field_lines const& lines) {
    for (auto const line : lines) {
      require(!line.name.empty(), "a field has a name");
      require(line.name.find_first_of("\r\n:") == std::string_view::npos, "no CR, LF, : in names");
      require(line.value.find_first_of("\r\n") == std::string_view::npos, "no CR, LF in values");
      log.append(line.name).append("=").append(line.value).append("\n");
    }
  };
  pieces cut(input, seed);
  while (cut.next()) {
    std::string_view const whole = cut.piece;
    std::string_view rest = whole;
    for (bool more = true; more;) {
      std::size_t const before = rest.size();
      parse_result const event = d.next(rest, head);
      require(rest.size() <= before, "consumed is not negative");
      require(rest.data() + rest.size() == whole.data() + whole.size(), "removed from the front");
      switch (event) {
        case parse_result::need_more:
          require(rest.empty(), "need_more only without input");
          more = false;
          break;
        case parse_result::head:
          require(d.in_message(), "in a message after its head");
          require(head.fields.size() <= options.max_headers_count, "as many lines as allowed");
          log.append("head ").append(head.method_name()).append(head.target());
          log.append(std::to_string(head.status)).append(head.reason()).append("\n");
          log.append(std::to_string(head.version_major * 10 + head.version_minor));
          log.append(head.should_keep_alive ? "k" : "c").append(head.upgrade ? "u\n" : "\n");
          append_lines(head.fields);
          if (how.accept_upgrade && head.upgrade) {
            d.accept_upgrade();
          }
          break;
        case parse_result::body:
          require(!d.body().empty(), "a piece of body has bytes");
          require(
              d.body().data() >= whole.data() && d.body().data() + d.body().size() <= rest.data(),
              "the body is a view into the input");
          log.append(d.body());  // Segments are concatenated, which hides the splits.
          break;
        case parse_result::end:
          log.append("end\n");
          append_lines(d.trailers());
          break;
        case parse_result::upgrade:
          log.append("upgrade\n");
          return log;
        case parse_result::error:
          require(d.error().bytes_parsed <= whole.size(), "an error lies in its read");
          log.append("error ").append(d.error().reason).append("\n");
          return log;
      }
    }
  }
  if (d.finish() == parse_result::error) {
    log.append("cut off\n");
  }
  return log;
}

/// Parses `data` (options in its first byte) whole and in segments.
inline void check_decoder(anode::message::message_kind kind, std::string_view data) {
  if (data.empty()) {
    return;
  }
  auto const flags = static_cast<unsigned char>(data[0]);
  data.remove_prefix(1);
  constexpr char const* methods[] = {"GET", "HEAD", "CONNECT", "POST"};
  fuzz_options const how{kind, (flags & 1) != 0, (flags & 2) != 0, methods[(flags >> 2) & 3]};
  std::string const whole = decode_pieces(how, data, 0);
  for (std::uint32_t const seed : {flags + 1u, flags * 7919u + 3u}) {
    require(decode_pieces(how, data, seed) == whole, "the cuts make no difference");
  }
}

/// Parses `data` (leniency in its first byte) as a chunked body, whole and in segments.
inline void check_chunks(std::string_view data) {
  using verdict = http1::chunk_parser::chunk_result;
  if (data.empty()) {
    return;
  }
  bool const lenient = (data[0] & 1) != 0;
  data.remove_prefix(1);
  auto const run = [&](std::uint32_t seed) {
    http1::chunk_parser chunks(lenient);
    chunks.start();
    std::string log;
    std::size_t consumed = 0;
    pieces cut(data, seed);
    while (cut.next()) {
      char const* p = cut.piece.data();
      char const* const end = p + cut.piece.size();
      for (verdict v = verdict::data; v == verdict::data;) {
        char const* const before = p;
        std::string_view body;
        v = chunks.feed(p, end, body);
        require(p >= before && p <= end, "moves forward within the input");
        if (v == verdict::data) {
          require(body.data() >= before && body.data() + body.size() == p, "data ends at p");
          log += body;
        } else if (v == verdict::last) {
          consumed += static_cast<std::size_t>(p - cut.piece.data());
          return log + "|" + std::to_string(consumed);
        } else if (v == verdict::refused) {
          return log + "!" + std::string(chunks.reason());
        } else {
          require(p == end, "need_more only without input");
        }
      }
      consumed += cut.piece.size();
    }
    return log;
  };
  std::string const whole = run(0);
  for (std::uint32_t seed = 1; seed < 4; ++seed) {
    require(run(seed) == whole, "the cuts make no difference");
  }
}

}  // namespace anode::test
