// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/client/values.hpp"

#include <anode/error.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>

namespace parity {
namespace {

constexpr std::size_t folded_run = 128;

// Removes the first character of a UTF-8 text and returns it.
char32_t next_character(std::string_view& text) {
  auto const first = static_cast<unsigned char>(text.front());
  std::size_t const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t c = size == 1 ? first : first & (0x7fU >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i) {
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  text.remove_prefix(std::min(size, text.size()));
  return c;
}

std::string base64_decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (char const c : text) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::size_t const at = letters.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (at == std::string_view::npos) {
      continue;
    }
    bits = bits << 6 | static_cast<std::uint32_t>(at);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::string hex_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    int const high = hex_digit(text[i]);
    int const low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      break;
    }
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string_view view(json::string const& s) { return {s.data(), s.size()}; }

json::value masked(json::value const& value, std::vector<std::uint16_t> const& ports) {
  if (auto const* text = value.if_string()) {
    std::string s(view(*text));
    for (std::size_t i = 0; i < ports.size(); ++i) {
      std::string const port = std::to_string(ports[i]);
      std::string const mask = i == 0 ? "{PORT}" : "{PORT" + std::to_string(i) + "}";
      for (std::size_t at = s.find(port); at != std::string::npos;
           at = s.find(port, at + mask.size())) {
        s.replace(at, port.size(), mask);
      }
    }
    return json::value(json::string(s));
  }
  if (auto const* list = value.if_array()) {
    json::array out;
    for (json::value const& v : *list) {
      out.push_back(masked(v, ports));
    }
    return out;
  }
  if (auto const* object = value.if_object()) {
    json::object out;
    for (auto const& member : *object) {
      json::string key(member.key());
      out.emplace(masked(key, ports).as_string(), masked(member.value(), ports));
    }
    return out;
  }
  return value;
}

}  // namespace

std::string one_byte_text(std::string_view utf8, http::error e, std::string const& message) {
  std::string out;
  while (!utf8.empty()) {
    char32_t const c = next_character(utf8);
    if (c > 0xff) {
      throw http::exception(e, message);
    }
    out += static_cast<char>(c);
  }
  return out;
}

std::string one_byte_name(std::string_view utf8) {
  try {
    return one_byte_text(utf8, http::error::invalid_http_token, "");
  } catch (http::exception const&) {
    return std::string(utf8);
  }
}

std::string to_bytes(json::value const& value) {
  std::string out;
  if (auto const* text = value.if_string()) {
    return one_byte_text(view(*text), http::error::invalid_arg_value, "not bytes");
  }
  if (auto const* list = value.if_array()) {
    for (json::value const& part : *list) {
      out += to_bytes(part);
    }
  } else if (auto const* object = value.if_object()) {
    if (auto const* unit = object->if_contains("rep")) {
      std::string const piece = to_bytes(*unit);
      for (auto n = object->at("n").to_number<std::uint64_t>(); n > 0; --n) {
        out += piece;
      }
    } else if (auto const* utf8 = object->if_contains("utf8")) {
      out = view(utf8->as_string());
    } else if (auto const* b64 = object->if_contains("b64")) {
      out = base64_decoded(view(b64->as_string()));
    }
  }
  return out;
}

json::string latin1(std::string_view bytes) {
  json::string out;
  for (char const c : bytes) {
    auto const u = static_cast<unsigned char>(c);
    if (u < 0x80) {
      out.push_back(c);
    } else {
      out.push_back(static_cast<char>(0xc0 | u >> 6));
      out.push_back(static_cast<char>(0x80 | (u & 0x3f)));
    }
  }
  return out;
}

json::value from_bytes(std::string_view bytes) {
  json::array parts;
  std::size_t text = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t const end = std::min(bytes.find_first_not_of(bytes[i], i), bytes.size());
    if (end - i >= folded_run) {
      if (i > text) {
        parts.emplace_back(latin1(bytes.substr(text, i - text)));
      }
      parts.emplace_back(json::object{{"rep", latin1(bytes.substr(i, 1))}, {"n", end - i}});
      text = end;
    }
    i = end;
  }
  if (parts.empty()) {
    return latin1(bytes);
  }
  if (text < bytes.size()) {
    parts.emplace_back(latin1(bytes.substr(text)));
  }
  return parts;
}

std::string encoded_text(json::object const& operation) {
  std::string_view const text = view(operation.at("text").as_string());
  auto const* named = operation.if_contains("encoding");
  std::string_view const encoding =
      named != nullptr && named->is_string() ? view(named->as_string()) : "utf8";
  if (encoding == "latin1" || encoding == "binary" || encoding == "ascii") {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      out += static_cast<char>(next_character(rest) & 0xff);
    }
    return out;
  }
  if (encoding == "hex") {
    return hex_decoded(text);
  }
  if (encoding == "base64" || encoding == "base64url") {
    return base64_decoded(text);
  }
  if (encoding == "utf16le" || encoding == "ucs2" || encoding == "utf-16le") {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      char32_t const c = next_character(rest);
      bool const pair = c > 0xffff;
      for (char32_t const unit : {pair ? 0xd7c0 + (c >> 10) : c, 0xdc00 | (c & 0x3ff)}) {
        out += static_cast<char>(unit & 0xff);
        out += static_cast<char>(unit >> 8 & 0xff);
        if (!pair) {
          break;
        }
      }
    }
    return out;
  }
  return std::string(text);
}

std::string number_text(json::value const& value) {
  if (!value.is_double()) {
    return json::serialize(value);
  }
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), value.as_double());
  return {text.data(), end.ptr};
}

http::header_value header_value_of(std::string_view name, json::value const& value) {
  auto const one = [&](json::value const& v) {
    return v.is_string()   ? one_byte_text(view(v.as_string()), http::error::invalid_char,
                                           "Invalid character in header content [\"" +
                                               std::string(name) + "\"]")
           : v.is_number() ? number_text(v)
                           : json::serialize(v);
  };
  if (auto const* list = value.if_array()) {
    std::vector<std::string> all;
    for (json::value const& v : *list) {
      all.push_back(one(v));
    }
    return http::header_value(std::move(all));
  }
  if (value.is_int64() || value.is_uint64()) {
    return http::header_value::number(one(value));
  }
  return http::header_value(one(value));
}

json::value json_of(http::header_value const& value) {
  if (value.is_list()) {
    json::array all;
    for (std::size_t i = 0; i < value.size(); ++i) {
      all.emplace_back(latin1(value[i]));
    }
    return all;
  }
  if (value.is_number()) {
    std::string const digits(value[0]);
    return json::value(std::stoll(digits));
  }
  return latin1(value[0]);
}

http::header_list header_list_of(json::value const& value) {
  if (auto const* list = value.if_array()) {
    // The list has pairs, or names and values in turn.
    std::vector<std::string> flat;
    for (json::value const& v : *list) {
      if (auto const* pair = v.if_array(); pair != nullptr && list->front().is_array()) {
        for (json::value const& part : *pair) {
          flat.push_back(std::string(header_value_of("", part)[0]));
        }
      } else {
        std::string const name = flat.empty() ? std::string() : flat.back();
        http::header_value const one = header_value_of(name, v);
        for (std::size_t i = 0; i < one.size(); ++i) {
          if (i > 0) {
            flat.push_back(name);
          }
          flat.emplace_back(one[i]);
        }
      }
    }
    return http::header_list::from_flat(flat);
  }
  http::header_list headers;
  for (auto const& member : value.as_object()) {
    std::string const name = one_byte_name({member.key().data(), member.key().size()});
    headers.append(name, header_value_of(name, member.value()));
  }
  return headers;
}

json::array pairs_of(http::merged_headers const& headers) {
  std::map<std::string, json::value> sorted;
  for (auto const& field : headers) {
    json::value value = latin1(field.value);
    if (field.name == "set-cookie") {
      json::array all;
      for (std::string_view const v : field.values) {
        all.emplace_back(latin1(v));
      }
      value = all;
    }
    sorted.emplace(std::string(field.name), std::move(value));
  }
  json::array out;
  for (auto const& [name, value] : sorted) {
    out.emplace_back(json::array{latin1(name), value});
  }
  return out;
}

json::array flat_of(http::field_lines const& lines) {
  json::array out;
  for (auto const& line : lines) {
    out.emplace_back(latin1(line.name));
    out.emplace_back(latin1(line.value));
  }
  return out;
}

std::string fill_ports(std::string_view text, std::vector<std::uint16_t> const& ports) {
  std::string out(text);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    for (std::string const& mask :
         {"{PORT" + std::to_string(i) + "}", std::string(i == 0 ? "{PORT}" : "")}) {
      for (std::size_t at = mask.empty() ? std::string::npos : out.find(mask);
           at != std::string::npos; at = out.find(mask, at)) {
        out.replace(at, mask.size(), std::to_string(ports[i]));
      }
    }
  }
  return out;
}

json::value mask_ports(json::value const& value, std::vector<std::uint16_t> const& ports) {
  return masked(value, ports);
}

}  // namespace parity
