// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_sender.hpp"

#include "web/files/file_reader.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/incoming_message.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <string>

namespace anode::web {

namespace {

// Up to this size a file is sent with one write, together with the head.
constexpr std::uint64_t one_write = 64 * 1024;

// Bytes that the system sends in one call, between which others have their turn.
[[maybe_unused]] constexpr std::uint64_t system_piece = 1024 * 1024;

// A boundary must not occur in the file, whose content a user could choose.
std::string ranges_boundary() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string text = "anode-ranges-";
  constexpr std::string_view digits = "0123456789abcdef";
  for (int word = 0; word != 2; ++word) {
    std::uint64_t bits = random();
    for (int i = 0; i != 16; ++i, bits >>= 4U) {
      text += digits[bits & 15U];
    }
  }
  return text;
}

file_request read_request(http::incoming_message& req) {
  auto const& headers = req.headers();
  file_request request{req.method()};
  request.conditions = {headers.get("if-match"), headers.get("if-none-match"),
                        headers.get("if-modified-since"), headers.get("if-unmodified-since"),
                        headers.get("if-range")};
  request.range = headers.get("range");
  return request;
}

// Returns the value of Vary with another name: layers can have set one.
std::string vary_with(http::server_response const& res, std::string_view name) {
  auto const present = res.get_header("Vary");
  std::string value = present ? present->text() : std::string();
  add_vary(value, name);
  return value;
}

net::awaitable<void> send_bytes(http::server_response& res, file_reader& file, byte_range range) {
#ifndef _WIN32
  while (range.length > one_write) {
    std::uint64_t const size = std::min(range.length, system_piece);
    co_await file.load(range.first, size);
    co_await res.write_file(file.fd(), range.first, size);
    range.first += size;
    range.length -= size;
  }
#endif
  std::string buffer;
  while (range.length != 0) {
    co_await file.read(range.first, range.length, buffer);
    range.first += buffer.size();
    range.length -= buffer.size();
    co_await res.write(std::string_view(buffer));
  }
}

// Sends the rest of a file that fits into one write. `whole` has the bytes that were cached.
net::awaitable<void> send_small(http::server_response& res, descriptor fd, byte_range range,
                                std::string whole) {
  file_reader file(res.get_executor(), std::move(fd));
  std::string buffer;
  while (whole.size() != range.length) {
    co_await file.read(range.first + whole.size(), range.length - whole.size(), buffer);
    whole += buffer;
  }
  co_await res.end(std::move(whole));
}

net::awaitable<void> send_large(http::server_response& res, descriptor fd, byte_range range) {
  file_reader file(res.get_executor(), std::move(fd));
  co_await send_bytes(res, file, range);
  co_await res.end();
}

net::awaitable<void> send_parts(http::server_response& res, descriptor fd, range_selection ranges,
                                byteranges parts) {
  file_reader file(res.get_executor(), std::move(fd));
  for (std::size_t i = 0; i != ranges.size(); ++i) {
    co_await res.write(parts.delimiter(i));
    co_await send_bytes(res, file, ranges[i]);
  }
  co_await res.write(parts.delimiter(ranges.size()));
  co_await res.end();
}

net::awaitable<void> nothing() { co_return; }

}  // namespace

net::awaitable<void> awaitable_of(net::awaitable<void> work) {
  return work.valid() ? std::move(work) : nothing();
}

net::awaitable<void> send_opened(http::incoming_message& req, http::server_response& res,
                                 opened_file file, file_facts facts) {
  facts.size = file.size;
  facts.modified = file.modified;
  facts.modified_ns = file.modified_ns;
  auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  file_request const request = read_request(req);
  file_plan const plan =
      plan_file_response(request, facts, now, request.range ? ranges_boundary() : std::string());
  res.set_status_code(plan.status);
  for (auto const& [name, value] : plan.headers) {
    res.set_header(name, name == "Vary" ? vary_with(res, value) : value);
  }
  if (!plan.has_body) {
    if (plan.status == 200) {
      res.set_header("Content-Length", plan.length);
    }
    res.end();
    return {};
  }

  byte_range const range = plan.ranges.is_partial() ? plan.ranges[0] : byte_range{0, plan.length};
  if (!plan.parts && plan.length <= one_write) {
    std::string whole;
    read_cached(file.fd.get(), range, whole);
    if (whole.size() != range.length) {
      return send_small(res, std::move(file.fd), range, std::move(whole));
    }
    res.end(std::move(whole));
    return {};
  }
  res.set_header("Content-Length", plan.length);
  return plan.parts ? send_parts(res, std::move(file.fd), plan.ranges, *plan.parts)
                    : send_large(res, std::move(file.fd), range);
}

}  // namespace anode::web
