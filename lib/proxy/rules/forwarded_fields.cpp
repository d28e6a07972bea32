// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/forwarded_fields.hpp"

#include "proxy/rules/ip_text.hpp"
#include "proxy/rules/text_fields.hpp"

#include <anode/proxy/client_limit.hpp>

#include <array>
#include <optional>

namespace anode::proxy::rules {

using namespace std::string_view_literals;

namespace {

bool is_token_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         "!#$%&'*+-.^_`|~"sv.find(c) != std::string_view::npos;
}

bool is_port(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Returns the address of an entry of X-Forwarded-For: an address, alone, in brackets, or with a
// port. Nothing if it is none of these.
std::optional<std::string_view> address_of(std::string_view entry) {
  if (entry.starts_with('[')) {
    std::size_t const end = entry.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    std::string_view const behind = entry.substr(end + 1);
    if (!behind.empty() && (behind.front() != ':' || !is_port(behind.substr(1)))) {
      return std::nullopt;
    }
    entry = entry.substr(1, end - 1);
  } else if (std::size_t const colon = entry.find(':');
             colon != std::string_view::npos && entry.rfind(':') == colon) {
    if (!is_port(entry.substr(colon + 1))) {
      return std::nullopt;
    }
    entry = entry.substr(0, colon);
  }
  if (!parse_ip_text(entry.substr(0, entry.find('%')))) {
    return std::nullopt;
  }
  return plain_address(entry);
}

// The lines of a field, last member first, as one list.
class members_from_the_end {
public:
  members_from_the_end(http::field_lines const& fields, std::string_view name)
      : fields_(fields), name_(name), line_(fields.size()) {}

  // Returns the next member; nothing at the beginning of the list.
  std::optional<std::string_view> next() {
    while (rest_.empty()) {
      if (line_ == 0) {
        return std::nullopt;
      }
      --line_;
      if (equal_text(fields_[line_].name, name_)) {
        rest_ = fields_[line_].value;
      }
    }
    std::size_t const comma = rest_.rfind(',');
    std::size_t const begin = comma == std::string_view::npos ? 0 : comma + 1;
    std::string_view const member = trim(rest_.substr(begin));
    rest_ = rest_.substr(0, comma == std::string_view::npos ? 0 : comma);
    return member;
  }

private:
  http::field_lines const& fields_;
  std::string_view name_;
  std::size_t line_;
  std::string_view rest_;
};

void append_earlier_hops(http::field_lines const& fields, std::string& list) {
  std::array<std::string_view, most_hops> hops;
  std::size_t size = 0;
  members_from_the_end members(fields, "X-Forwarded-For");
  while (size < most_hops) {
    std::optional<std::string_view> const member = members.next();
    if (!member) {
      break;
    }
    std::optional<std::string_view> const hop = address_of(*member);
    if (!hop) {
      break;
    }
    hops[size++] = *hop;
  }
  while (size > 0) {
    list.append(hops[--size]).append(", "sv);
  }
}

// The syntax of Forwarded: elements separated by commas, of pairs separated by semicolons. Both may
// stand in quoted values.
class forwarded_reader {
public:
  explicit forwarded_reader(std::string_view text) : rest_(text) {}

  // Reads an element.
  // @return false at the end, or at an error
  bool next(std::string_view& element) {
    skip_space();
    if (rest_.empty() || bad_) {
      return false;
    }
    std::string_view const begin = rest_;
    do {
      if (!pair()) {
        bad_ = true;
        return false;
      }
      skip_space();
    } while (take(';'));
    element = trim(begin.substr(0, begin.size() - rest_.size()));
    if (!rest_.empty() && (!take(',') || trim(rest_).empty())) {
      bad_ = true;
      return false;
    }
    return true;
  }

  bool bad() const noexcept { return bad_; }

private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  bool take(char c) {
    if (!rest_.starts_with(c)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool token() {
    std::size_t n = 0;
    while (n < rest_.size() && is_token_char(rest_[n])) {
      ++n;
    }
    rest_.remove_prefix(n);
    return n > 0;
  }

  bool quoted() {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\') {
        ++i;
      }
    }
    return false;
  }

  bool pair() {
    skip_space();
    return token() && take('=') && (rest_.starts_with('"') ? quoted() : token());
  }

  std::string_view rest_;
  bool bad_ = false;
};

// Appends the last elements of the received Forwarded fields, unless a line is malformed: behind an
// open quote, the next element would be a part of a value.
void append_earlier_elements(http::field_lines const& fields, std::string& out) {
  std::array<std::string_view, most_hops> last;
  std::size_t size = 0;
  for (http::field_line const line : fields) {
    if (equal_text(line.name, "Forwarded")) {
      forwarded_reader reader(line.value);
      for (std::string_view element; reader.next(element);) {
        last[size++ % most_hops] = element;
      }
      if (reader.bad()) {
        return;
      }
    }
  }
  for (std::size_t i = size > most_hops ? size - most_hops : 0; i < size; ++i) {
    out.append(last[i % most_hops]).append(", "sv);
  }
}

// Returns a scheme in lower case; empty if it is none that is passed on.
std::string_view known_scheme(std::string_view text) noexcept {
  for (std::string_view const known : {"http"sv, "https"sv, "ws"sv, "wss"sv}) {
    if (equal_text(text, known)) {
      return known;
    }
  }
  return {};
}

bool can_be_quoted(std::string_view text) noexcept {
  return text.find_first_of("\"\\") == std::string_view::npos;
}

std::string_view last_value(http::field_lines const& fields, std::string_view name) {
  members_from_the_end members(fields, name);
  return members.next().value_or("");
}

// Compares a name, of which "_" counts as "-".
bool begins_with_name(std::string_view name, std::string_view start) noexcept {
  return name.size() >= start.size() &&
         std::equal(start.begin(), start.end(), name.begin(),
                    [](char want, char c) { return want == (c == '_' ? '-' : lower(c)); });
}

}  // namespace

std::string_view plain_address(std::string_view address) noexcept {
  address = address.substr(0, address.find('%'));
  constexpr std::string_view mapped = "::ffff:";
  if (begins_with(address, mapped) && address.find('.') != std::string_view::npos) {
    address.remove_prefix(mapped.size());
  }
  return address;
}

forwarded_output forwarded_fields(forwarded_input const& in, http::field_lines const& fields,
                                  bool with_element) {
  forwarded_output out;
  std::string_view const who = in.peer.empty() ? "unknown"sv : plain_address(in.peer);
  out.proto = in.secure ? "https"sv : "http"sv;
  out.host = in.asked;
  if (in.trusted) {
    append_earlier_hops(fields, out.list);
    if (std::string_view const said = last_value(fields, "X-Forwarded-Proto"); !said.empty()) {
      std::string_view const known = known_scheme(said);
      out.proto = known.empty() ? "http"sv : known;
    }
    if (std::string_view const said = last_value(fields, "X-Forwarded-Host"); !said.empty()) {
      out.host = said;
    }
  }
  out.list.append(who);
  if (!with_element) {
    return out;
  }
  out.element.reserve(who.size() + in.asked.size() + 32);
  if (in.trusted) {
    append_earlier_elements(fields, out.element);
  }
  if (who.find(':') != std::string_view::npos) {
    out.element.append("for=\"["sv).append(who).append("]\""sv);
  } else {
    out.element.append("for="sv).append(who);
  }
  out.element.append(";proto="sv).append(out.proto);
  if (!in.asked.empty() && can_be_quoted(in.asked)) {
    out.element.append(";host=\""sv).append(in.asked).append(1, '"');
  }
  return out;
}

bool is_claim(std::string_view name, bool from_trusted) noexcept {
  char const first = name.empty() ? '\0' : lower(name.front());
  if (first != 'x' && first != 'f' && first != 'p') {
    return false;
  }
  if (equal_text(name, "Proxy")) {
    return true;  // CGI makes HTTP_PROXY of it
  }
  bool const claim =
      (first == 'x' &&
       (begins_with_name(name, "x-forwarded-") || begins_with_name(name, "x-original-") ||
        (name.size() == 9 && begins_with_name(name, "x-real-ip")) ||
        (name.size() == 13 && begins_with_name(name, "x-rewrite-url")))) ||
      equal_text(name, "Forwarded");
  return claim && (!from_trusted || name.find('_') != std::string_view::npos);
}

}  // namespace anode::proxy::rules

namespace anode::proxy {

std::string client_address(std::string_view peer, http::field_lines const& fields,
                           network_list const& trusted) {
  std::string_view client = rules::plain_address(peer);
  rules::members_from_the_end members(fields, "X-Forwarded-For");
  for (std::size_t i = 0; i < rules::most_hops && trusted.contains(client); ++i) {
    std::optional<std::string_view> const member = members.next();
    std::optional<std::string_view> const hop = member ? rules::address_of(*member) : std::nullopt;
    if (!hop) {
      break;
    }
    client = *hop;
  }
  return std::string(client);
}

}  // namespace anode::proxy
