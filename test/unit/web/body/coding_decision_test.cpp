// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/coding_decision.hpp"

#include "support/catch.hpp"

#include <functional>

namespace unit_web_body_coding_decision {

namespace web = anode::web;

namespace {

web::codable_response ordinary() {
  web::codable_response r;
  r.method = "GET";
  r.content_type = "application/json";
  r.length = 5000;
  return r;
}

bool codable(std::function<void(web::codable_response&)> const& change) {
  web::codable_response r = ordinary();
  change(r);
  return web::is_codable(r, 1024);
}

}  // namespace

TEST_CASE("web coding decision: what is encoded", "[web]") {
  CHECK(web::is_codable(ordinary(), 1024));
  CHECK(codable([](auto& r) { r.length.reset(); }));
  CHECK(codable([](auto& r) { r.length = 1024; }));
  CHECK(codable([](auto& r) { r.status = 404; }));
  CHECK(codable([](auto& r) { r.method = "POST"; }));
  CHECK(codable([](auto& r) { r.content_encoding = "identity"; }));
  CHECK(codable([](auto& r) { r.cache_control = "max-age=60, public"; }));
  CHECK(codable([](auto& r) { r.cache_control = "x=\"no-transform\""; }));
}

TEST_CASE("web coding decision: what is not encoded", "[web]") {
  CHECK_FALSE(codable([](auto& r) { r.length = 1023; }));
  CHECK_FALSE(codable([](auto& r) { r.length = 0; }));
  CHECK_FALSE(codable([](auto& r) { r.method = "HEAD"; }));
  for (int const status : {101, 103, 204, 206, 304}) {
    CHECK_FALSE(codable([status](auto& r) { r.status = status; }));
  }
  CHECK_FALSE(codable([](auto& r) { r.content_range = "bytes */5"; }));
  CHECK_FALSE(codable([](auto& r) { r.content_encoding = "gzip"; }));
  CHECK_FALSE(codable([](auto& r) { r.content_encoding = "x"; }));
  CHECK_FALSE(codable([](auto& r) { r.content_type = ""; }));
  CHECK_FALSE(codable([](auto& r) { r.content_type = "image/png"; }));
  CHECK_FALSE(codable([](auto& r) { r.content_type = "text/event-stream"; }));
  CHECK_FALSE(codable([](auto& r) { r.cache_control = "No-Transform"; }));
  CHECK_FALSE(codable([](auto& r) { r.cache_control = "max-age=1 ,no-transform"; }));
}

TEST_CASE("web coding decision: what varies without being encoded", "[web]") {
  using effect = web::coding_effect;
  auto const effect_if = [](std::function<void(web::codable_response&)> const& change,
                            bool is_encoded_type = true) {
    web::codable_response r = ordinary();
    change(r);
    return web::effect_of(r, 1024, is_encoded_type);
  };
  auto const nothing = [](auto&) {};
  CHECK(effect_if(nothing) == effect::body);
  CHECK(effect_if(nothing, false) == effect::none);
  CHECK(effect_if([](auto& r) { r.method = "HEAD"; }) == effect::head);
  CHECK(effect_if([](auto& r) { r.method = "HEAD"; }, false) == effect::none);
  CHECK(effect_if([](auto& r) { r.status = 206; }) == effect::vary);
  CHECK(effect_if([](auto& r) { r.status = 206; }, false) == effect::none);
  CHECK(effect_if([](auto& r) { r.status = 304; }) == effect::tag);
  CHECK(effect_if([](auto& r) { r.status = 304; }, false) == effect::tag);
  CHECK(effect_if([](auto& r) { r.status = 204; }) == effect::none);
  CHECK(effect_if([](auto& r) { r.status = 101; }) == effect::none);
  CHECK(effect_if([](auto& r) { r.content_range = "bytes */5"; }) == effect::none);
  CHECK(effect_if([](auto& r) { r.length = 10; }) == effect::none);
  for (int const status : {200, 206, 304}) {
    CHECK(effect_if([status](auto& r) {
            r.status = status;
            r.content_encoding = "br";
          }) == effect::none);
    CHECK(effect_if([status](auto& r) {
            r.status = status;
            r.cache_control = "no-transform";
          }) == effect::none);
  }
}

}  // namespace unit_web_body_coding_decision
