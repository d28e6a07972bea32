// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ascii.hpp"
#include "base/text.hpp"

#include <anode/error.hpp>
#include <anode/headers.hpp>

#include <algorithm>

namespace anode::http {

void validate_header_name(std::string_view name, std::string_view label) {
  if (!base::is_token(name)) {
    throw exception(error::invalid_http_token,
                    base::formatted("{} must be a valid HTTP token [\"{}\"]", label, name));
  }
}

void validate_header_value(std::string_view name, header_value_ref value) {
  for (std::size_t i = 0; i != value.size(); ++i) {
    if (!base::is_header_text(value[i])) {
      throw exception(error::invalid_char,
                      base::formatted("Invalid character in header content [\"{}\"]", name));
    }
  }
}

bool is_valid_header_name(std::string_view name) noexcept { return base::is_token(name); }

bool is_valid_header_value(std::string_view value, http_validation validation) noexcept {
  return base::is_header_text(value, validation == http_validation::relaxed);
}

header_value::header_value(header_value_ref value) {
  if (value.is_list()) {
    kind_ = kind::list;
    list_.reserve(value.size());
    for (std::size_t i = 0; i != value.size(); ++i) {
      list_.emplace_back(value[i]);
    }
  } else {
    kind_ = value.is_number() ? kind::number : kind::text;
    text_ = value[0];
  }
}

std::string header_value::text() const {
  if (!is_list()) {
    return text_;
  }
  std::string joined;
  for (std::string const& item : list_) {
    if (&item != list_.data()) {
      joined += ", ";
    }
    joined += item;
  }
  return joined;
}

header_list::header_list(std::initializer_list<header_field> fields) {
  entries_.reserve(fields.size());
  for (header_field const& field : fields) {
    append(field.name(), field.value());
  }
}

header_list header_list::from_flat(std::vector<std::string> const& flat) {
  if (flat.size() % 2 != 0) {
    std::string message = "The argument 'headers' is invalid. Received [";
    for (std::string const& text : flat) {
      message.append(&text == flat.data() ? " '" : ", '").append(text).append("'");
    }
    throw exception(error::invalid_arg_value, message + " ]");
  }
  header_list list;
  list.flat_ = true;
  list.entries_.reserve(flat.size() / 2);
  for (std::size_t i = 0; i != flat.size(); i += 2) {
    list.append(flat[i], flat[i + 1]);
  }
  return list;
}

header_list& header_list::append(std::string_view name, header_value_ref value) {
  entries_.push_back({std::string(name), header_value(value)});
  return *this;
}

header_list::entry const* header_list::find(std::string_view name) const noexcept {
  auto const at = std::ranges::find_if(
      entries_, [&](entry const& e) { return base::names_equal(e.name, name); });
  return at == entries_.end() ? nullptr : &*at;
}

std::size_t header_list::erase(std::string_view name) {
  return std::erase_if(entries_, [&](entry const& e) { return base::names_equal(e.name, name); });
}

}  // namespace anode::http
