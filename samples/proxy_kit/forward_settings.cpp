// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace samples {
namespace {

using enum value_type;

constexpr std::int64_t longest_wait = 86'400'000;  // a day, in milliseconds
constexpr std::int64_t most_clients = 1'000'000;

constexpr std::array forward_schema{
    config_key{"listen[].name", text, "", "the name in messages", "", 0, 0, false},
    config_key{"listen[].address", text, "", "HOST:PORT, :PORT, unix:PATH or fd:NAME", "", 0, 0,
               false},
    config_key{"listen[].protocol", choice, "http", "what clients speak", "http, socks5", 0, 0,
               false},
    config_key{"listen[].tls", text, "none", "the name of a [tls.NAME], for clients over TLS", "",
               0, 0, false},
    config_key{"listen[].reuse_port", flag, "false", "share the port with another process", "", 0,
               0, false},
    config_key{"listen[].proxy_protocol.mode", choice, "off",
               "a PROXY header precedes the connection", "off, required", 0, 0, false},
    config_key{"listen[].proxy_protocol.trusted", texts, "", "who may send the header", "", 0, 0,
               false},
    config_key{"tls.*.cert", text, "", "the file of the certificate chain (PEM)"},
    config_key{"tls.*.key", text, "that of cert", "the file of the private key"},
    config_key{"tls.*.client_ca", text, "none", "issuers of the certificates that clients need"},
    config_key{"auth.user_file", text, "none", "a file with NAME:PASSWORD in each line"},
    config_key{"target.allow", texts, "all", "rules HOST, HOST:PORT, :PORT; only these targets"},
    config_key{"target.deny", texts, "none", "rules; none of these targets"},
    config_key{"target.private", choice, "deny", "loopback, private and other special addresses",
               "deny, allow"},
    config_key{"open", flag, "false", "serve everybody, also without users and rules"},
    config_key{"log.access", text, "stdout", "a file, \"stdout\" or \"off\""},
    config_key{"timeouts.preface", duration, "10s", "for the handshake of SOCKS", "", 1,
               longest_wait},
    config_key{"timeouts.connect", duration, "10s", "for look-up and connection", "", 1,
               longest_wait},
    config_key{"timeouts.silence", duration, "60s", "of either side of a request", "", 0,
               longest_wait},
    config_key{"timeouts.total", duration, "0s", "for a whole request", "", 0, longest_wait},
    config_key{"timeouts.tunnel_idle", duration, "10m", "of a tunnel", "", 0, longest_wait},
    config_key{"timeouts.half_closed", duration, "30s", "of a tunnel after one side has ended", "",
               0, longest_wait},
    config_key{"limits.client.requests", count, "64", "requests and tunnels of one client", "", 1,
               most_clients},
    config_key{"drain.grace", duration, "5s", "for requests in progress at the end", "", 0,
               longest_wait},
};

// Reads one "NAME:PASSWORD" from each line. Empty lines and lines that begin with "#" are skipped.
void read_users(config_node const& file, std::vector<std::string>& to, config_errors& errors) {
  constexpr std::string_view path = "auth.user_file";
  std::ifstream in(file.text);
  if (!in) {
    errors.add(file.at, path, fmt::format("'{}' cannot be read", file.text));
    return;
  }
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    std::size_t const colon = line.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == line.size()) {
      // Does not repeat the line, which contains a password.
      errors.add(file.at, path,
                 fmt::format("line {} of '{}' is not NAME:PASSWORD", number, file.text));
    } else {
      to.push_back(line);
    }
  }
  if (number == 0) {
    errors.add(file.at, path, fmt::format("'{}' is empty", file.text));
  }
}

}  // namespace

std::span<config_key const> forward_keys() { return forward_schema; }

std::string open_to_all(forward_settings const& s) {
  if (s.open || !s.users.empty() || s.rules.has_allow_rules()) {
    return {};
  }
  auto const far =
      std::ranges::find_if(s.listeners, [](listen_setting const& l) { return !is_local(l.where); });
  return far == s.listeners.end()
             ? std::string()
             : fmt::format(
                   "everybody could use the proxy at {}:{}; it needs users, rules that "
                   "allow targets, or \"open\"",
                   far->where.host.empty() ? "*" : far->where.host, far->where.port);
}

forward_settings make_forward_settings(config_node const& root, config_errors& errors) {
  forward_settings s;
  check_against(forward_schema, root, errors);
  read_common(root, s, errors);
  if (config_node const* const file = root.find_path("auth.user_file")) {
    read_users(*file, s.users, errors);
  }
  s.open = flag_of(root.find("open"));
  s.rules.allow_special(text_of(root.find_path("target.private"), "deny") == "allow");
  auto const read_rules = [&](std::string_view path, auto add) {
    for (config_node const* const rule : items_of(root.find_path(path))) {
      if (!add(rule->text)) {
        errors.add(rule->at, path,
                   fmt::format("'{}' is not of the form HOST, HOST:PORT or :PORT", rule->text));
      }
    }
  };
  read_rules("target.allow", [&](std::string_view rule) { return s.rules.try_allow(rule); });
  read_rules("target.deny", [&](std::string_view rule) { return s.rules.try_deny(rule); });
  if (std::string const why = errors.empty() ? open_to_all(s) : std::string(); !why.empty()) {
    errors.add(root.find("listen")->at, "listen", why);
  }
  return s;
}

}  // namespace samples
