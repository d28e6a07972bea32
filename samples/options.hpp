// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The command lines of the samples. `--help` lists the options in the order of their `add` calls.
#pragma once

#include <anode/byte_stream.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace samples {

/// Parses a command line into variables. A variable keeps its default if its option is not given.
///
/// Options have the form `--name VALUE` or `--name=VALUE`. An error ends the program with code 2
/// and one line on stderr. `--help` ends it with code 0.
class options {
public:
  options(std::string name, std::string what) : name_(std::move(name)), what_(std::move(what)) {}

  /// Returns the name of the program.
  std::string const& name() const noexcept { return name_; }

  /// Adds a switch that sets `on`.
  options& add(std::string_view name, bool& on, std::string_view help) {
    return add(name, "", help, [&on](std::string_view) { return on = true; });
  }

  /// Adds an option with a text value.
  options& add(std::string_view name, std::string_view value, std::string& to,
               std::string_view help) {
    return add(name, value, help, [&to](std::string_view text) {
      to = text;
      return true;
    });
  }

  /// Adds an option with a number value in the range of its variable.
  template <class Number>
    requires std::is_unsigned_v<Number>
  options& add(std::string_view name, std::string_view value, Number& to, std::string_view help) {
    return add(name, value, help, [&to](std::string_view text) {
      auto const end = text.data() + text.size();
      auto const [rest, error] = std::from_chars(text.data(), end, to);
      return error == std::errc{} && rest == end;
    });
  }

  /// Adds an option that can be repeated. `take` returns whether a value is valid.
  options& add(std::string_view name, std::string_view value, std::string_view help,
               std::function<bool(std::string_view)> take) {
    known_.push_back({name, value, help, std::move(take)});
    return *this;
  }

  /// Adds the options of a part of the program.
  template <class Part>
    requires requires(Part& part, options& to) { part.add_to(to); }
  options& add(Part& part) {
    part.add_to(*this);
    return *this;
  }

  /// Adds the required argument that is not an option.
  options& argument(std::string_view name, std::string& to) {
    argument_name_ = name;
    argument_ = &to;
    return *this;
  }

  /// Parses the command line. Ends the program on an error or `--help`.
  void parse(int argc, char const* const* argv) const {
    bool found = argument_ == nullptr;
    for (int i = 1; i < argc; ++i) {
      std::string_view word = argv[i];
      if (word == "--help" || word == "-h") {
        print_help();
        std::exit(EXIT_SUCCESS);
      }
      if (word.size() < 2 || word.front() != '-') {
        if (found) {
          fail(fmt::format("unexpected argument '{}'", word));
        }
        *argument_ = word;
        found = true;
        continue;
      }
      std::size_t const equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
      option const& o = find(word.substr(0, equals));
      std::string_view value;
      if (equals != std::string_view::npos) {
        value = word.substr(equals + 1);
      } else if (!o.value.empty()) {
        if (++i == argc) {
          fail(fmt::format("{} needs a value: {}", word, o.value));
        }
        value = argv[i];
      }
      if ((o.value.empty() && equals != std::string_view::npos) || !o.take(value)) {
        fail(fmt::format("{} cannot be '{}'", o.name, value));
      }
    }
    if (!found) {
      fail(fmt::format("{} is missing", argument_name_));
    }
  }

  /// Ends the program because of an error in its command line.
  [[noreturn]] void fail(std::string_view why) const {
    fmt::print(stderr, "{}: {} (see {} --help)\n", name_, why, name_);
    std::exit(2);
  }

private:
  struct option {
    std::string_view name;
    std::string_view value;  // empty: a switch
    std::string_view help;
    std::function<bool(std::string_view)> take;
  };

  option const& find(std::string_view name) const {
    for (option const& o : known_) {
      if (o.name == name) {
        return o;
      }
    }
    fail(fmt::format("unknown option '{}'", name));
  }

  void print_help() const {
    fmt::print("{}\n\nusage: {} [OPTIONS]{}{}\n\n", what_, name_, argument_ != nullptr ? " " : "",
               argument_name_);
    for (option const& o : known_) {
      fmt::print("  {:<22}{}\n", fmt::format("{} {}", o.name, o.value), o.help);
    }
    fmt::print("  {:<22}{}\n", "--help", "this text");
  }

  std::string name_;
  std::string what_;
  std::vector<option> known_;
  std::string_view argument_name_;
  std::string* argument_ = nullptr;
};

/// Prints the address of a server, in the same form in all samples.
inline void announce(anode::endpoint const& at, std::string_view scheme = "http") {
  bool const v6 = at.address.find(':') != std::string::npos;
  fmt::print("listening on {}://{}{}{}:{}\n", scheme, v6 ? "[" : "", at.address, v6 ? "]" : "",
             at.port);
  std::fflush(stdout);
}

}  // namespace samples
