// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

namespace parity {
namespace {

// Handlers for status lines and user headers.

void write_head(call& c) {
  try {
    c.res.write_head(c.number());
    c.res.end("head " + c.argument());
  } catch (http::exception const& e) {
    c.res.set_status_code(500);
    c.res.end(e.code_name());
  }
}

// Ends the response with a reason phrase that can be invalid.
void end_with_reason(call& c, std::string const& reason) {
  try {
    c.res.set_status_message(reason);
    c.res.end("reason");
  } catch (http::exception const& e) {
    c.res.set_status_message("OK");
    c.res.set_status_code(500);
    c.res.end(e.code_name());
  }
}

void reason(call& c) {
  std::string text = c.argument();
  for (char& byte : text) {
    byte = byte == '_' ? ' ' : byte;
  }
  end_with_reason(c, text);
}

void write_head_twice(call& c) {
  c.res.write_head(200);
  std::string code = "none";
  try {
    c.res.write_head(404);
  } catch (http::exception const& e) {
    code = e.code_name();
  }
  c.res.end(code);
}

void set_header(call& c) {
  c.res.set_header("X-One", "1").set_header("x-two", "2");
  c.res.set_header("X-Num", 42).set_header("X-Empty", "");
  c.res.end("set");
}

void set_header_replace(call& c) {
  c.res.set_header("X-One", "1").set_header("X-Mid", "m").set_header("x-ONE", "2");
  c.res.end("set");
}

void append_header(call& c) {
  c.res.append_header("X-App", "1").append_header("x-app", "2").append_header("X-App", {"3", "4"});
  c.res.set_header("X-Set", "a").append_header("X-Set", "b");
  c.res.end("append");
}

void remove_header(call& c) {
  c.res.set_header("X-A", "1").set_header("X-B", "2");
  c.res.remove_header("x-a");
  c.res.end("removed");
}

void remove_then_set(call& c) {
  c.res.set_header("X-A", "1").set_header("X-B", "2");
  c.res.remove_header("X-A");
  c.res.set_header("X-A", "3");
  c.res.end("x");
}

void cookie_array(call& c) {
  c.res.set_header("Cookie", {"a=1", "b=2"}).set_header("X-C", {"one"});
  c.res.end("cookie");
}

void set_headers_map(call& c) {
  c.res.set_headers({{"X-M", "1"}, {"set-cookie", {"a=1", "b=2"}}, {"X-N", "2"}});
  c.res.end("map");
}

void write_head_precedence(call& c) {
  c.res.set_header("X-A", "set").set_header("X-B", "set");
  c.res.write_head(200, {{"x-a", "head"}, {"X-C", "head"}});
  c.res.end("p");
}

void write_head_object(call& c) {
  c.res.write_head(200, {{"X-A", "1"}, {"X-L", {"2", "3"}}, {"x-b", "4"}});
  c.res.end("o");
}

void write_head_array(call& c) {
  c.res.write_head(200, http::header_list("X-A", "1", "X-A", "2", "x-b", "3"));
  c.res.end("a");
}

void write_head_array_after_set(call& c) {
  c.res.set_header("X-A", "set").set_header("X-K", "keep");
  c.res.write_head(200, http::header_list("x-a", "1", "X-A", "2", "X-Z", "3"));
  c.res.end("a");
}

void write_head_array_odd(call& c) {
  try {
    c.res.write_head(200, http::header_list::from_flat({"X-A"}));
    c.res.end("ok");
  } catch (http::exception const& e) {
    c.res.set_status_code(500);
    c.res.end(e.code_name());
  }
}

void write_head_pairs(call& c) {
  c.res.write_head(200, http::header_list("X-A", "1", "X-A", "2"));
  c.res.end("a");
}

std::string json_of(http::header_value const& value) {
  if (value.is_number()) {
    return std::string(value[0]);
  }
  if (!value.is_list()) {
    return json_quoted(value[0]);
  }
  json_text all("[]");
  for (std::size_t i = 0; i < value.size(); ++i) {
    all.text(value[i]);
  }
  return all.str();
}

std::string json_of(std::vector<std::string> const& texts) {
  return json_of(http::header_value(texts));
}

void header_ops(call& c) {
  http::server_response& res = c.res;
  res.set_header("X-A", "1").set_header("set-cookie", {"a", "b"}).set_header("X-Num", 7);
  json_text headers;
  for (http::header_list::entry const& e : res.get_headers()) {
    headers.raw(e.name, json_of(e.value));
  }
  json_text all;
  all.raw("names", json_of(res.get_header_names()));
  all.raw("rawNames", json_of(res.get_raw_header_names())).raw("headers", headers.str());
  all.truth("hasA", res.has_header("x-A")).truth("hasZ", res.has_header("z"));
  all.raw("getA", json_of(*res.get_header("X-a"))).raw("getNum", json_of(*res.get_header("x-num")));
  all.raw("getZ", res.get_header("z") ? "true" : "null");
  res.end(all.str());
}

void latin1_header(call& c) {
  c.res.set_header("X-L", "caf\xe9");
  c.res.end("text");
}

void latin1_disposition(call& c) {
  c.res.set_header("Content-Length", 4);
  c.res.set_header("Content-Disposition", "inline; filename=\xc3\xa9");
  c.res.end("text");
}

void utf8_body(call& c) {
  c.res.set_header("Content-Type", "text/plain; charset=utf-8");
  c.res.end("h\xc3\xa9llo \xe2\x82\xac");
}

void many_headers(call& c) {
  for (int i = 0; i < c.number(); ++i) {
    std::string const number = std::to_string(i);
    c.res.set_header("X-" + number, number);
  }
  c.res.end("many");
}

void long_header(call& c) {
  c.res.set_header("X-Long", std::string(static_cast<std::size_t>(c.number()), 'a'));
  c.res.end("long");
}

void api_errors(call& c) {
  http::server_response& res = c.res;
  using namespace std::string_view_literals;
  json_text all;
  auto const set = [&](std::string_view name, std::string_view value) {
    return attempt([&] { res.set_header(name, value); });
  };
  all.raw("emptyName", set("", "1")).raw("spaceName", set("a b", "1"));
  all.raw("colonName", set("a:b", "1")).raw("crValue", set("X", "a\rb"));
  all.raw("lfValue", set("X", "a\nb")).raw("nulValue", set("X", "a\0b"sv));
  // Two values have no counterpart: a character above U+00FF is two bytes here, and a missing value
  // is an empty text.
  all.raw("wideValue", set("X", "\xc4\x80")).raw("undefinedValue", set("X", ""));
  all.raw("delValue", set("X", "\x7f")).raw("tabValue", set("X", "a\tb"));
  res.remove_header("X");
  all.raw("status99", attempt([&] { res.write_head(99); }));
  all.raw("status1000", attempt([&] { res.write_head(1000); }));
  all.raw("badTrailerName", attempt([&] { res.add_trailers({{"a b", "1"}}); }));
  all.raw("badTrailerValue", attempt([&] { res.add_trailers({{"X", "a\nb"}}); }));
  all.raw("hintsNoLink", attempt([&] { res.write_early_hints({}); }));
  all.raw("hintsBadLink", attempt([&] { res.write_early_hints({{"link", "bad"}}); }));
  res.set_status_code(200);
  res.end(all.str());
}

void after_sent_errors(call& c) {
  http::server_response& res = c.res;
  res.write_head(200);
  res.flush_headers();
  json_text all;
  all.raw("set", attempt([&] { res.set_header("X", "1"); }));
  all.raw("append", attempt([&] { res.append_header("X", "1"); }));
  all.raw("remove", attempt([&] { res.remove_header("X"); }));
  all.raw("head", attempt([&] { res.write_head(200); }));
  res.end(all.str());
}

constexpr handler table[] = {
    {"hello",
     [](call& c) {
       c.res.write_head(200, {{"Content-Type", "text/plain"}});
       c.res.end("Hello World!");
     }},
    {"implicit", [](call& c) { c.res.end(); }},
    {"implicit-body", [](call& c) { c.res.end("implicit"); }},
    {"end-empty-string", [](call& c) { c.res.end(""); }},
    {"write-head-end",
     [](call& c) {
       c.res.write_head(200);
       c.res.end();
     }},
    {"write-head-end-body",
     [](call& c) {
       c.res.write_head(200);
       c.res.end("abc");
     }},
    {"status",
     [](call& c) {
       c.res.set_status_code(c.number());
       c.res.end("status " + c.argument());
     }},
    {"status-empty",
     [](call& c) {
       c.res.set_status_code(c.number());
       c.res.end();
     }},
    {"write-head", write_head},
    {"reason", reason},
    {"reason-empty", [](call& c) { end_with_reason(c, ""); }},
    {"reason-write-head",
     [](call& c) {
       c.res.write_head(404, "Nope", {{"X-R", "1"}});
       c.res.end("reason");
     }},
    {"reason-write-head-empty",
     [](call& c) {
       c.res.write_head(200, "");
       c.res.end("reason");
     }},
    {"reason-latin1", [](call& c) { end_with_reason(c, "caf\xe9"); }},
    {"reason-latin1-buffer", [](call& c) { end_with_reason(c, "caf\xe9"); }},
    {"reason-crlf", [](call& c) { end_with_reason(c, "a\r\nX: y"); }},
    {"write-head-twice", write_head_twice},
    {"set-header", set_header},
    {"set-header-replace", set_header_replace},
    {"append-header", append_header},
    {"remove-header", remove_header},
    {"remove-then-set", remove_then_set},
    {"multi-header",
     [](call& c) {
       c.res.set_header("X-Multi", {"1", "2"});
       c.res.end("multi");
     }},
    {"multi-set-cookie",
     [](call& c) {
       c.res.set_header("Set-Cookie", {"a=1; Path=/", "b=2"});
       c.res.end("cookies");
     }},
    {"cookie-array", cookie_array},
    {"set-headers-map", set_headers_map},
    {"write-head-precedence", write_head_precedence},
    {"write-head-object", write_head_object},
    {"write-head-array", write_head_array},
    {"write-head-array-after-set", write_head_array_after_set},
    {"write-head-array-odd", write_head_array_odd},
    {"write-head-pairs", write_head_pairs},
    {"write-head-chain", [](call& c) { c.res.write_head(200, {{"X-A", "1"}}).end("chained"); }},
    {"header-ops", header_ops},
    {"latin1-header", latin1_header},
    {"latin1-header-buffer", latin1_header},
    {"latin1-header-empty",
     [](call& c) {
       c.res.set_header("X-L", "caf\xe9");
       c.res.end();
     }},
    {"latin1-header-chunks",
     [](call& c) {
       c.res.set_header("X-L", "caf\xe9");
       c.res.write("te");
       c.res.end("xt");
     }},
    {"latin1-header-latin1-body", latin1_header},
    {"latin1-disposition", latin1_disposition},
    {"utf8-body", utf8_body},
    {"many-headers", many_headers},
    {"long-header", long_header},
    {"api-errors", api_errors},
    {"after-sent-errors", after_sent_errors},
};

}  // namespace

std::span<handler const> header_handlers() { return table; }

}  // namespace parity
