// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/json.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <stdexcept>

namespace anode::test {

namespace {

void append_latin1(std::string& out, std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto const byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      out += utf8[i];
    } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < utf8.size()) {
      auto const low = static_cast<unsigned char>(utf8[++i]);
      out += static_cast<char>((byte == 0xc3 ? 0x40 : 0) | low);
    } else {
      throw std::runtime_error("a character above U+00FF is no byte");
    }
  }
}

void append_bytes(std::string& out, boost::json::value const& value) {
  if (auto const* text = value.if_string()) {
    append_latin1(out, *text);
  } else if (auto const* parts = value.if_array()) {
    for (auto const& part : *parts) {
      append_bytes(out, part);
    }
  } else if (auto const* run = value.if_object();
             run != nullptr && run->contains("rep") && run->contains("n")) {
    std::string const piece = bytes_of(run->at("rep"));
    for (auto n = run->at("n").to_number<std::uint64_t>(); n > 0; --n) {
      out += piece;
    }
  } else {
    throw std::runtime_error("not bytes: " + boost::json::serialize(value));
  }
}

}  // namespace

std::vector<boost::json::value> read_json_lines(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<boost::json::value> values;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) {
      continue;
    }
    boost::system::error_code ec;
    values.push_back(boost::json::parse(line, ec));
    if (ec) {
      throw std::runtime_error(path + ", line " + std::to_string(number) + ": " + ec.message());
    }
  }
  if (values.empty()) {
    throw std::runtime_error(path + ": missing or empty");
  }
  return values;
}

boost::json::value parse_json(std::string_view text) {
  return boost::json::parse(boost::json::string_view(text.data(), text.size()));
}

std::string bytes_of(boost::json::value const& value) {
  std::string out;
  append_bytes(out, value);
  return out;
}

boost::json::value const& member(boost::json::value const& object, std::string_view key) {
  static boost::json::value const null;
  auto const* found =
      object.as_object().if_contains(boost::json::string_view(key.data(), key.size()));
  return found == nullptr ? null : *found;
}

std::string bytes_member(boost::json::value const& object, std::string_view key,
                         std::string_view missing) {
  auto const& found = member(object, key);
  return found.is_null() ? std::string(missing) : bytes_of(found);
}

bool bool_member(boost::json::value const& object, std::string_view key, bool missing) {
  auto const& found = member(object, key);
  return found.is_null() ? missing : found.as_bool();
}

}  // namespace anode::test
