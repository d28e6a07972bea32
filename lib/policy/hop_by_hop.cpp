// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/hop_by_hop.hpp"

#include "base/ascii.hpp"
#include "base/ci_literal.hpp"
#include "message/header_validation.hpp"

#include <algorithm>
#include <array>

namespace anode::policy {
namespace {

constexpr std::array<std::string_view, 24> no_trailers{"Age",
                                                       "Authorization",
                                                       "Cache-Control",
                                                       "Content-Encoding",
                                                       "Content-Length",
                                                       "Content-Range",
                                                       "Content-Type",
                                                       "Cookie",
                                                       "Date",
                                                       "Expect",
                                                       "Expires",
                                                       "Host",
                                                       "Location",
                                                       "Max-Forwards",
                                                       "Pragma",
                                                       "Range",
                                                       "Retry-After",
                                                       "Set-Cookie",
                                                       "Trailer",
                                                       "Vary",
                                                       "Warning",
                                                       "WWW-Authenticate",
                                                       "X-Forwarded-For",
                                                       "Forwarded"};

// Returns whether a field with this name is always hop-by-hop.
bool is_of_connection(std::string_view name) noexcept {
  switch (message::find_field_id(name)) {
    case message::field_id::connection:
    case message::field_id::keep_alive:
    case message::field_id::proxy_connection:
    case message::field_id::te:
    case message::field_id::transfer_encoding:
    case message::field_id::upgrade:
      return true;
    default:
      return base::ci_literal("proxy-authenticate").equals(name) ||
             base::ci_literal("proxy-authorization").equals(name) ||
             base::ci_literal("proxy-authentication-info").equals(name);
  }
}

// A strict order of names that ignores case.
bool name_less(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) {
    return a.size() < b.size();
  }
  return std::ranges::lexicographical_compare(a, b, {}, base::to_lower, base::to_lower);
}

// Up to this many names are searched linearly.
constexpr std::size_t few_names = 8;

}  // namespace

void hop_by_hop::add_names(std::string_view list) {
  for_each_member(list, [this](std::string_view m) {
    if (!is_of_connection(m)) {
      named_.push_back(m);
    }
  });
}

void hop_by_hop::sort_names() {
  if (named_.size() > few_names) {
    std::ranges::sort(named_, name_less);
  }
}

hop_by_hop::hop_by_hop(http::field_lines const& fields) {
  for (http::field_line const line : fields) {
    chunked_ = chunked_ || base::names_equal(line.name, "Transfer-Encoding");
    if (base::names_equal(line.name, "Connection")) {
      add_names(line.value);
    }
  }
  sort_names();
}

hop_by_hop::hop_by_hop(message::message_head const& head)
    : chunked_(head.has(message::field_id::transfer_encoding)) {
  if (head.repeats(message::field_id::connection)) {
    for (http::field_line const line : head.fields) {
      if (base::names_equal(line.name, "Connection")) {
        add_names(line.value);
      }
    }
    sort_names();
  } else if (head.has(message::field_id::connection) &&
             !base::names_equal(head.value(message::field_id::connection), "close")) {
    add_names(head.value(message::field_id::connection));
    sort_names();
  }
}

bool hop_by_hop::is_listed(std::string_view name) const noexcept {
  return is_of_connection(name) || (!chunked_ && base::names_equal(name, "Trailer"));
}

bool hop_by_hop::is_named(std::string_view name) const noexcept {
  if (named_.size() > few_names) {
    return std::ranges::binary_search(named_, name, name_less);
  }
  return std::ranges::any_of(named_,
                             [&](std::string_view n) { return base::names_equal(n, name); });
}

void pass_fields(message::message_head const& from, message::header_map& to,
                 bool (*omit)(std::string_view name)) {
  constexpr std::size_t separators = 4;  // colon, space, CR, LF
  to.reserve(from.fields.size(), from.fields.bytes().size() + from.fields.size() * separators);
  for_each_end_to_end(from, [&](http::field_line const line) {
    if (omit != nullptr && omit(line.name)) {
      return;
    }
    if (from.lenient) {
      to.append(line.name, line.value);
    } else {
      to.append_valid(line.name, line.value);
    }
  });
}

bool is_trailer_passed_on(std::string_view name) noexcept {
  return !is_of_connection(name) && std::ranges::none_of(no_trailers, [&](std::string_view n) {
    return base::names_equal(n, name);
  });
}

bool can_be_reframed(message::message_head const& head) noexcept {
  if (!head.has(message::field_id::transfer_encoding)) {
    return true;
  }
  bool only_chunked = true;
  for (http::field_line const line : head.fields) {
    if (base::names_equal(line.name, "Transfer-Encoding")) {
      for_each_member(line.value, [&](std::string_view m) {
        only_chunked = only_chunked && base::names_equal(m, "chunked");
      });
    }
  }
  return only_chunked;
}

}  // namespace anode::policy
