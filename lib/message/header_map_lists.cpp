// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ascii.hpp"
#include "message/header_map.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace anode::message {
namespace {

std::string lower(std::string_view name) {
  std::string text;
  text.reserve(name.size());
  std::ranges::transform(name, std::back_inserter(text), base::to_lower);
  return text;
}

}  // namespace

http::header_list header_map::get_all() const {
  http::header_list list;
  for (entry const& e : entries_) {
    list.append(lower(view(e.name, e.name_size)), value_of(e));
  }
  return list;
}

std::vector<std::string> header_map::names() const {
  std::vector<std::string> list;
  list.reserve(entries_.size());
  for (entry const& e : entries_) {
    list.push_back(lower(view(e.name, e.name_size)));
  }
  return list;
}

std::vector<std::string> header_map::raw_names() const {
  std::vector<std::string> list;
  list.reserve(entries_.size());
  for (entry const& e : entries_) {
    list.emplace_back(view(e.name, e.name_size));
  }
  return list;
}

}  // namespace anode::message
