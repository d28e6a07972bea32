// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "unit/http1/parser_harness.hpp"

#include <cstring>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace anode::test {
namespace {

using anode::http1::parse_result;

/// Memory in front of an inaccessible page.
class guarded_memory {
public:
  guarded_memory() {
    auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size_ = 256 * page;
    void* const all =
        ::mmap(nullptr, size_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
      throw std::runtime_error("mmap");
    }
    begin_ = static_cast<char*>(all);
    if (::mprotect(begin_ + size_, page, PROT_NONE) != 0) {
      throw std::runtime_error("mprotect");
    }
  }

  guarded_memory(guarded_memory const&) = delete;
  guarded_memory& operator=(guarded_memory const&) = delete;

  ~guarded_memory() { ::munmap(begin_, size_ + static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))); }

  /// Returns a copy of `bytes` that ends where the memory ends.
  std::string_view hold(std::string_view bytes) {
    if (bytes.size() > size_) {
      throw std::logic_error("input too long for the guarded memory");
    }
    char* const at = begin_ + size_ - bytes.size();
    std::memcpy(at, bytes.data(), bytes.size());
    return {at, bytes.size()};
  }

private:
  char* begin_ = nullptr;
  std::size_t size_ = 0;
};

void write_lines(std::string& out, http::field_lines const& lines) {
  bool first = true;
  for (auto const line : lines) {
    out += first ? "" : ", ";
    out.append(line.name).append("=").append(line.value);
    first = false;
  }
}

class run {
public:
  explicit run(decoding const& how) : how_(how), parser_(how.kind, how.options) {
    if (how.kind == message::message_kind::response) {
      parser_.expect_response_to(how.response_to);
    }
  }

  /// @return false if no further input is accepted
  bool feed(std::string_view piece, std::size_t behind) {
    static guarded_memory memory;
    std::string_view const whole = memory.hold(piece);
    std::string_view input = whole;
    for (;;) {
      switch (parser_.next(input, head_)) {
        case parse_result::need_more:
          check(input.empty(), "need_more with input left");
          return true;
        case parse_result::head:
          begin();
          break;
        case parse_result::body: {
          std::string_view const body = parser_.body();
          check(!body.empty() && body.data() >= whole.data() &&
                    body.data() + body.size() <= whole.data() + whole.size(),
                "the body is not part of the input");
          body_ += body;
          break;
        }
        case parse_result::end:
          end();
          break;
        case parse_result::upgrade:
          end();
          left_ = input.size() + behind;
          out_ += ">" + std::to_string(left_) + " left\n";
          return false;
        case parse_result::error:
          check(whole.size() - input.size() == parser_.error().bytes_parsed,
                "after an error the input begins where it occurred");
          fail();
          check(parser_.next(input, head_) == parse_result::error, "an error stays");
          check(parser_.finish() == parse_result::need_more, "finish after an error");
          return false;
      }
    }
  }

  void finish() {
    switch (parser_.finish()) {
      case parse_result::end:
        end();
        break;
      case parse_result::error:
        fail();
        break;
      default:
        break;
    }
  }

  std::string result() {
    if (open_) {
      close("...");
    }
    return std::move(out_);
  }

  bool failed = false;
  std::size_t error_at = 0;

private:
  static void check(bool good, char const* what) {
    if (!good) {
      throw std::logic_error(what);
    }
  }

  void begin() {
    check(!open_, "a head inside a message");
    check(parser_.in_message() && !parser_.in_head(), "in a message behind its head");
    open_ = true;
    if (how_.kind == message::message_kind::request) {
      out_.append(head_.method_name()).append(" ").append(head_.target());
    } else {
      out_.append(std::to_string(head_.status)).append(" ").append(head_.reason());
    }
    if (head_.version_major != 1 || head_.version_minor != 1) {
      out_ += " HTTP/" + std::to_string(head_.version_major) + "." +
              std::to_string(head_.version_minor);
    }
    out_ += " [";
    write_lines(out_, head_.fields);
    out_ += "]";
    out_ += head_.upgrade ? " +upgrade" : "";
    out_ += head_.should_keep_alive ? "" : " +close";
    if (head_.upgrade && how_.accept_upgrade) {
      parser_.accept_upgrade();
    }
    body_.clear();
  }

  void close(char const* mark) {
    out_ += body_.empty() ? "" : " \"" + body_ + "\"";
    if (!parser_.trailers().empty()) {
      out_ += " {";
      write_lines(out_, parser_.trailers());
      out_ += "}";
    }
    out_.append(mark).append("\n");
    open_ = false;
  }

  void end() {
    check(open_, "an end without a head");
    close("");
  }

  void fail() {
    if (open_) {
      close("...");
    }
    auto const& e = parser_.error();
    out_.append("!").append(http::code_name(make_error_code(e.code))).append(": ").append(e.reason);
    error_at = e.bytes_parsed;
    failed = true;
  }

  decoding const& how_;
  http1::parser parser_;
  message::message_head head_;
  std::string out_;
  std::string body_;
  std::size_t left_ = 0;
  bool open_ = false;
};

struct cut_outcome {
  std::string text;
  bool failed = false;
  std::size_t error_at = 0;
};

cut_outcome decode_cut(decoding const& how, std::string_view input,
                       std::vector<std::size_t> const& cuts) {
  run r(how);
  std::size_t begin = 0;
  bool more = true;
  for (std::size_t i = 0; i <= cuts.size() && more; ++i) {
    std::size_t const end = i < cuts.size() ? cuts[i] : input.size();
    more = r.feed(input.substr(begin, end - begin), input.size() - end);
    if (more) {
      begin = end;
    }
  }
  if (more && how.eof) {
    r.finish();
    begin = 0;
  }
  std::string text = r.result();
  return {std::move(text), r.failed, begin + r.error_at};
}

}  // namespace

std::string decode(decoding const& how, std::string_view input,
                   std::vector<std::size_t> const& cuts) {
  cut_outcome o = decode_cut(how, input, cuts);
  return o.failed ? o.text + " @" + std::to_string(o.error_at) : o.text;
}

std::string decode_all_ways(decoding const& how, std::string_view input) {
  std::string const whole = decode_cut(how, input, {}).text;
  auto const compare = [&](std::vector<std::size_t> const& cuts, std::string const& name) {
    std::string const other = decode_cut(how, input, cuts).text;
    if (other != whole) {
      throw std::logic_error(name + ":\n" + other + "\nbut whole:\n" + whole);
    }
  };
  std::vector<std::size_t> all;
  for (std::size_t i = 1; i < input.size(); ++i) {
    all.push_back(i);
  }
  compare(all, "byte by byte");
  if (input.size() <= 4000) {
    for (std::size_t cut : all) {
      compare({cut}, "cut at " + std::to_string(cut));
    }
  }
  return decode(how, input);
}

std::string decode_request(std::string_view input) { return decode_all_ways({}, input); }

std::string decode_response(std::string_view input) {
  return decode_all_ways({.kind = message::message_kind::response, .options = {}}, input);
}

}  // namespace anode::test
