// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The only file that uses toml++, because its headers take seconds to compile.
#include "config_node.hpp"

#if defined(ANODE_SAMPLES_TOML)
#include <toml++/toml.h>
#endif

namespace samples {

#if defined(ANODE_SAMPLES_TOML)

namespace {

place place_of(toml::source_region const& region) {
  return {static_cast<unsigned>(region.begin.line), static_cast<unsigned>(region.begin.column)};
}

config_node converted(toml::node const& from) {
  config_node to;
  to.at = place_of(from.source());
  if (auto const* const table = from.as_table()) {
    to.type = config_node::kind::table;
    for (auto const& [key, value] : *table) {
      config_node child = converted(value);
      child.name = key.str();
      child.name_at = place_of(key.source());
      to.children.push_back(std::move(child));
    }
  } else if (auto const* const list = from.as_array()) {
    to.type = config_node::kind::list;
    for (toml::node const& item : *list) {
      to.children.push_back(converted(item));
    }
  } else if (auto const* const text = from.as_string()) {
    to.type = config_node::kind::text;
    to.text = text->get();
  } else if (auto const* const number = from.as_integer()) {
    to.type = config_node::kind::number;
    to.number = number->get();
  } else if (auto const* const flag = from.as_boolean()) {
    to.type = config_node::kind::flag;
    to.flag = flag->get();
  } else {
    to.type = config_node::kind::other;
  }
  return to;
}

}  // namespace

config_node read_toml(std::string_view text, config_errors& errors) {
  try {
    return converted(toml::parse(text));
  } catch (toml::parse_error const& e) {
    errors.add(place_of(e.source()), "", e.description());
    return {};
  }
}

#else

config_node read_toml(std::string_view, config_errors& errors) {
  errors.add({}, "", "this build cannot read TOML, because toml++ was not found");
  return {};
}

#endif

}  // namespace samples
