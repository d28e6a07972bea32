// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <numeric>

namespace samples {
namespace {

using kind = config_node::kind;

std::string joined(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
}

// Returns the number of changes that make one word another one (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t const replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// Returns whether a word is one of those in "a, b, c".
bool is_choice(std::string_view choices, std::string_view word) {
  while (!choices.empty()) {
    std::string_view const one = choices.substr(0, choices.find(", "));
    if (one == word) {
      return true;
    }
    choices.remove_prefix(one.size() < choices.size() ? one.size() + 2 : choices.size());
  }
  return false;
}

std::string in_range(config_key const& key, std::int64_t value, std::string_view unit) {
  return value >= key.least && value <= key.most
             ? std::string()
             : fmt::format("{}{} is not between {}{} and {}{}", value, unit, key.least, unit,
                           key.most, unit);
}

// Returns why a value does not have the type of its key; empty if it has.
std::string fault_of(config_key const& key, config_node const& value) {
  switch (key.type) {
    case value_type::text:
      return value.type != kind::text ? "a text in quotes is expected"
             : value.text.empty()     ? "the text is empty"
                                      : "";
    case value_type::choice:
      return value.type == kind::text && is_choice(key.choices, value.text)
                 ? std::string()
                 : fmt::format("one of {} is expected", key.choices);
    case value_type::flag:
      return value.type == kind::flag ? "" : "true or false is expected";
    case value_type::count:
      return value.type == kind::number ? in_range(key, value.number, "")
                                        : "a whole number is expected";
    case value_type::duration: {
      if (value.type == kind::number) {
        return fmt::format("a duration needs a unit, for example \"{}s\"", value.number);
      }
      auto const time = value.type == kind::text ? parse_duration(value.text) : std::nullopt;
      return time ? in_range(key, time->count(), "ms")
                  : "a duration such as \"250ms\", \"5s\", \"1m\" or \"1h\" is expected";
    }
    case value_type::texts:
      return value.type == kind::list &&
                     std::ranges::all_of(value.children,
                                         [](config_node const& c) { return c.type == kind::text; })
                 ? ""
                 : "a list of texts is expected";
  }
  return {};
}

class checker {
public:
  checker(std::span<config_key const> keys, config_errors& errors) : keys_(keys), errors_(errors) {}

  // @param pattern the path of the table in the keys
  // @param shown the path of the table in messages
  void check_table(config_node const& table, std::string const& pattern, std::string const& shown) {
    for (config_node const& child : table.children) {
      std::string const path = joined(pattern, child.name);
      std::string const where = joined(shown, child.name);
      std::string const any = joined(pattern, "*");
      if (config_key const* const key = find(path)) {
        if (std::string const why = fault_of(*key, child); !why.empty()) {
          errors_.add(child.at, where, why);
        }
      } else if (begins(path + "[].")) {
        check_tables(child, path + "[]", where);
      } else if (begins(path + ".")) {
        check_one(child, path, where);
      } else if (begins(any + ".")) {
        check_one(child, any, where);
      } else {
        add_unknown(child, pattern, where);
      }
    }
  }

private:
  config_key const* find(std::string_view path) const {
    auto const found = std::ranges::find(keys_, path, &config_key::path);
    return found == keys_.end() ? nullptr : &*found;
  }

  bool begins(std::string_view prefix) const {
    return std::ranges::any_of(keys_,
                               [&](config_key const& key) { return key.path.starts_with(prefix); });
  }

  void check_one(config_node const& value, std::string const& pattern, std::string const& shown) {
    if (value.type == kind::table) {
      check_table(value, pattern, shown);
    } else {
      errors_.add(value.at, shown, "a table is expected");
    }
  }

  void check_tables(config_node const& value, std::string const& pattern,
                    std::string const& shown) {
    if (value.type != kind::list) {
      errors_.add(value.at, shown, "a list of tables is expected");
      return;
    }
    for (std::size_t i = 0; i < value.children.size(); ++i) {
      check_one(value.children[i], pattern, fmt::format("{}[{}]", shown, i));
    }
  }

  void add_unknown(config_node const& child, std::string const& pattern, std::string const& shown) {
    std::vector<std::string_view> known;
    for (config_key const& key : keys_) {
      std::string_view rest = key.path;
      if (pattern.empty() || rest.starts_with(pattern + ".")) {
        rest.remove_prefix(pattern.empty() ? 0 : pattern.size() + 1);
        known.push_back(rest.substr(0, rest.find_first_of(".[")));
      }
    }
    std::string_view const hint = nearest(child.name, known);
    errors_.add(child.name_at, shown,
                hint.empty() ? "unknown key" : fmt::format("unknown key; is it \"{}\"?", hint));
  }

  std::span<config_key const> keys_;
  config_errors& errors_;
};

}  // namespace

void check_against(std::span<config_key const> keys, config_node const& root,
                   config_errors& errors) {
  checker(keys, errors).check_table(root, "", "");
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (std::string_view const k : known) {
    std::size_t const d = distance(word, k);
    if (d < least && d < k.size()) {
      best = k;
      least = d;
    }
  }
  return best;
}

std::string describe(std::span<config_key const> keys) {
  std::string out;
  for (config_key const& key : keys) {
    out += fmt::format("{:<34} {}{}{}{}\n", key.path, key.text,
                       key.choices.empty() ? std::string() : fmt::format(": {}", key.choices),
                       key.initial.empty() ? std::string() : fmt::format(" ({})", key.initial),
                       key.reloadable ? "" : ", not reloaded");
  }
  return out;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  struct unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  constexpr unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  constexpr std::int64_t longest = std::int64_t{1} << 50U;
  std::int64_t number = 0;
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, number);
  std::string_view const name(rest, static_cast<std::size_t>(end - rest));
  for (unit const& u : units) {
    if (ec == std::errc{} && name == u.name && number >= 0 && number <= longest / u.milliseconds) {
      return std::chrono::milliseconds(number * u.milliseconds);
    }
  }
  return std::nullopt;
}

std::string text_of(config_node const* n, std::string_view initial) {
  return n != nullptr && n->type == kind::text ? n->text : std::string(initial);
}

bool flag_of(config_node const* n, bool initial) {
  return n != nullptr && n->type == kind::flag ? n->flag : initial;
}

std::size_t count_of(config_node const* n, std::size_t initial) {
  return n != nullptr && n->type == kind::number && n->number >= 0
             ? static_cast<std::size_t>(n->number)
             : initial;
}

std::chrono::milliseconds duration_of(config_node const* n, std::chrono::milliseconds initial) {
  return n != nullptr && n->type == kind::text ? parse_duration(n->text).value_or(initial)
                                               : initial;
}

std::vector<config_node const*> items_of(config_node const* n) {
  std::vector<config_node const*> all;
  for (std::size_t i = 0; n != nullptr && i < n->children.size(); ++i) {
    all.push_back(&n->children[i]);
  }
  return all;
}

}  // namespace samples
