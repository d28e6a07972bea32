// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/status.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace anode::http {

namespace {

constexpr std::array codes = std::to_array<status_code>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a Teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {509, "Bandwidth Limit Exceeded"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
});

static_assert(std::ranges::is_sorted(codes, {}, &status_code::code));

constexpr int first_code = 100;
constexpr int end_code = 512;
constexpr std::uint8_t none = 0xff;

constexpr auto index = [] {
  std::array<std::uint8_t, end_code - first_code> table{};
  table.fill(none);
  for (std::size_t i = 0; i != codes.size(); ++i) {
    table[static_cast<std::size_t>(codes[i].code - first_code)] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

std::span<status_code const> status_codes() noexcept { return codes; }

std::string_view reason_phrase(int code) noexcept {
  if (code < first_code || code >= end_code) {
    return {};
  }
  std::uint8_t const at = index[static_cast<std::size_t>(code - first_code)];
  return at == none ? std::string_view() : codes[at].reason;
}

std::size_t max_header_size() noexcept { return 16384; }

}  // namespace anode::http
