// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "config_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace samples {

void config_errors::add(place at, std::string_view path, std::string_view what) {
  auto const same = [&](entry const& e) {
    return at.line != 0 && e.at.line == at.line && e.at.column == at.column;
  };
  if (std::ranges::any_of(all_, same)) {
    return;  // the first error of a value causes others
  }
  auto const before = [](place a, entry const& e) {
    return std::pair(a.line, a.column) < std::pair(e.at.line, e.at.column);
  };
  all_.insert(std::upper_bound(all_.begin(), all_.end(), at, before),
              {at, path.empty() ? std::string(what) : fmt::format("{}: {}", path, what)});
}

std::vector<std::string> config_errors::lines() const {
  std::vector<std::string> out;
  for (entry const& e : all_) {
    out.push_back(e.at.line == 0
                      ? fmt::format("{}: {}", file_, e.text)
                      : fmt::format("{}:{}:{}: {}", file_, e.at.line, e.at.column, e.text));
  }
  return out;
}

config_node read_toml_file(std::string const& file, config_errors& errors) {
  std::ifstream in(file, std::ios::binary);
  std::string const text(std::istreambuf_iterator<char>(in), {});
  if (!in) {
    errors.add({}, "", "the file cannot be read");
    return {};
  }
  return read_toml(text, errors);
}

}  // namespace samples
