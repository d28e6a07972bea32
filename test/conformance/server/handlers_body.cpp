// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

namespace parity {
namespace {

// Handlers that write bodies and trailers.

// Calls `f` and logs its exception.
template <class F>
bool tried(call& c, F f) {
  try {
    f();
    return true;
  } catch (http::exception const& e) {
    c.log_throw(e);
    return false;
  }
}

void strict_over(call& c) {
  c.res.set_strict_content_length(true);
  c.res.set_header("Content-Length", 3);
  c.res.flush_headers();
  tried(c, [&] { c.res.write("hello"); });
  c.res.end("abc");
}

void strict_over_first(call& c) {
  c.res.set_strict_content_length(true);
  c.res.set_header("Content-Length", 3);
  tried(c, [&] { c.res.write("hello"); });
  if (!tried(c, [&] { c.res.end("abc"); })) {
    c.req.socket().destroy();
  }
}

void strict_under(call& c) {
  c.res.set_strict_content_length(true);
  c.res.set_header("Content-Length", 5);
  c.res.write("ab");
  if (!tried(c, [&] { c.res.end(); })) {
    c.res.end("cde");
  }
}

void strict_ok(call& c) {
  c.res.set_strict_content_length(true);
  c.res.set_header("Content-Length", 5);
  c.res.write("ab");
  c.res.end("cde");
}

void chunks(call& c) {
  c.res.write("one");
  c.res.write("two2");
  c.res.write("three");
  c.res.end();
}

void empty_write(call& c) {
  c.res.write("");
  c.res.write("x");
  c.res.write("");
  c.res.end();
}

// anode writes bytes. The caller encodes them.
void encodings(call& c) {
  c.res.write(std::string_view("\x00\xff\x41", 3));
  c.res.write("hi");
  c.res.write("\xe9");
  c.res.write(std::string_view("A\0", 2));
  c.res.end("\xc3\xa9");
}

void buffers(call& c) {
  c.res.write(std::string_view("\0\1\2", 3));
  c.res.write("\xff");
  c.res.end("end");
}

void big_chunks(call& c) {
  std::string const chunk(static_cast<std::size_t>(c.number(1)), 'x');
  for (int i = 0; i < c.number(); ++i) {
    c.res.write(chunk);
  }
  c.res.end();
}

void cork(call& c) {
  c.res.cork();
  c.res.write("a");
  c.res.write("bc");
  c.res.uncork();
  c.res.end("d");
}

void cork_after_flush(call& c) {
  c.res.flush_headers();
  c.res.cork();
  c.res.write("a");
  c.res.write("bc");
  c.res.write("def");
  c.res.uncork();
  c.res.end("g");
}

void cork_end(call& c) {
  c.res.flush_headers();
  c.res.cork();
  c.res.write("a");
  c.res.write("b");
  c.res.end("c");
}

void cork_nested(call& c) {
  c.res.flush_headers();
  c.res.cork();
  c.res.cork();
  c.res.write("a");
  c.res.uncork();
  c.res.write("b");
  c.res.uncork();
  c.res.end();
}

net::awaitable<void> flush_headers(call& c) {
  c.res.set_header("X-F", "1");
  c.res.flush_headers();
  co_await pause(c, 40);
  c.res.end("late");
}

net::awaitable<void> slow_chunks(call& c) {
  c.res.write("s1");
  co_await pause(c, 30);
  c.res.write("s2");
  co_await pause(c, 30);
  c.res.end("s3");
}

void no_body(call& c) {
  c.res.write_head(c.number());
  if (!tried(c, [&] { c.res.end("body"); })) {
    c.res.end();
  }
}

void no_body_write(call& c) {
  c.res.set_status_code(c.number());
  tried(c, [&] { c.res.write("body"); });
  c.res.end();
}

void no_body_chunked(call& c) {
  c.res.set_status_code(c.number());
  c.res.set_header("Transfer-Encoding", "chunked");
  c.res.end("body");
}

void no_body_cl(call& c) {
  c.res.set_status_code(c.number());
  c.res.set_header("Content-Length", 4);
  c.res.end("body");
}

void trailers(call& c) {
  c.res.write_head(200, {{"Trailer", "X-T"}});
  c.res.write("data");
  c.res.add_trailers({{"X-T", "tv"}});
  c.res.end();
}

void end_with_trailers(call& c, http::header_list const& list) {
  c.res.write("data");
  c.res.add_trailers(list);
  c.res.end();
}

void trailers_replaced(call& c) {
  c.res.write("data");
  c.res.add_trailers({{"X-1", "a"}});
  c.res.add_trailers({{"X-2", "b"}});
  c.res.end();
}

void trailers_with_length(call& c) {
  c.res.set_header("Content-Length", 4);
  c.res.add_trailers({{"X-T", "lost"}});
  c.res.end("data");
}

void trailers_declared_end_once(call& c) {
  c.res.set_header("Trailer", "X-T");
  c.res.add_trailers({{"X-T", "tv"}});
  c.res.end("data");
}

void trailers_declared_length(call& c) {
  c.res.set_header("Trailer", "X-T").set_header("Content-Length", 4);
  try {
    c.res.end("data");
  } catch (http::exception const& e) {
    c.res.remove_header("Trailer");
    c.res.set_header("Content-Length", e.code_name().size());
    c.res.end(e.code_name());
  }
}

void trailers_empty_body(call& c) {
  c.res.write_head(200, {{"Trailer", "X-T"}});
  c.res.add_trailers({{"X-T", "tv"}});
  c.res.end();
}

constexpr handler table[] = {
    {"strict-over", strict_over},
    {"strict-over-first", strict_over_first},
    {"strict-under", strict_under},
    {"strict-ok", strict_ok},
    {"chunks", chunks},
    {"chunks-end-data",
     [](call& c) {
       c.res.write("a");
       c.res.end("b");
     }},
    {"empty-write", empty_write},
    {"empty-write-only",
     [](call& c) {
       c.res.write("");
       c.res.end();
     }},
    {"encodings", encodings},
    {"buffers", buffers},
    {"big", [](call& c) { c.res.end(std::string(static_cast<std::size_t>(c.number()), 'x')); }},
    {"big-chunks", big_chunks},
    {"cork", cork},
    {"cork-after-flush", cork_after_flush},
    {"cork-end", cork_end},
    {"cork-nested", cork_nested},
    {"flush-headers", nullptr, flush_headers},
    {"flush-then-end",
     [](call& c) {
       c.res.flush_headers();
       c.res.end();
     }},
    {"flush-then-end-body",
     [](call& c) {
       c.res.flush_headers();
       c.res.end("body");
     }},
    {"slow-chunks", nullptr, slow_chunks},
    {"no-body", no_body},
    {"no-body-write", no_body_write},
    {"no-body-chunked", no_body_chunked},
    {"no-body-cl", no_body_cl},
    {"trailers", trailers},
    {"trailers-undeclared", [](call& c) { end_with_trailers(c, {{"X-T", "tv"}, {"X-U", "uv"}}); }},
    {"trailers-pairs", [](call& c) { end_with_trailers(c, {{"X-T", "1"}, {"X-T", "2"}}); }},
    {"trailers-multi", [](call& c) { end_with_trailers(c, {{"X-Trailer", {"1", "2"}}}); }},
    {"trailers-replaced", trailers_replaced},
    {"trailers-with-length", trailers_with_length},
    {"trailers-end-once",
     [](call& c) {
       c.res.add_trailers({{"X-T", "tv"}});
       c.res.end("data");
     }},
    {"trailers-declared-end-once", trailers_declared_end_once},
    {"trailers-declared-length", trailers_declared_length},
    {"trailers-empty-body", trailers_empty_body},
};

}  // namespace

std::span<handler const> body_handlers() { return table; }

}  // namespace parity
