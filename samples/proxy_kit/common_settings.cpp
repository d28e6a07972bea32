// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "settings.hpp"

#include <fmt/format.h>

#include <fstream>

namespace samples {
namespace {

// Checks that a file can be read. Its content is checked when it is used.
void check_file(config_node const* n, std::string_view path, config_errors& errors) {
  if (n != nullptr && !std::ifstream(n->text)) {
    errors.add(n->at, path, fmt::format("'{}' cannot be read", n->text));
  }
}

tls_files read_tls(config_node const& n, std::string const& path, config_errors& errors) {
  tls_files files{text_of(n.find("cert")), text_of(n.find("key")), text_of(n.find("client_ca"))};
  for (std::string_view const name : {"cert", "key", "client_ca"}) {
    check_file(n.find(name), fmt::format("{}.{}", path, name), errors);
  }
  if (files.cert.empty()) {
    errors.add(n.at, path, "cert is missing");
  }
  return files;
}

void read_proxy_protocol(config_node const& n, std::string const& path,
                         anode::http::proxy_protocol_options& to, config_errors& errors) {
  if (text_of(n.find("mode"), "off") != "required") {
    return;
  }
  to.mode = anode::http::proxy_protocol_mode::required;
  for (config_node const* const network : items_of(n.find("trusted"))) {
    if (!to.trusted.try_add(network->text)) {
      errors.add(
          network->at, path + ".trusted",
          fmt::format("'{}' is neither an address, nor a block, nor \"unix\"", network->text));
    }
  }
  if (n.find("trusted") == nullptr || n.find("trusted")->children.empty()) {
    errors.add(n.at, path, "trusted is missing");
  }
}

void read_listener(config_node const& n, std::string const& path, config_node const* all_tls,
                   listen_setting& to, config_errors& errors) {
  to.name = text_of(n.find("name"), path);
  config_node const* const address = n.find("address");
  if (address == nullptr) {
    errors.add(n.at, path, "address is missing");
  } else if (!parse_listen_place(address->text, to)) {
    errors.add(address->at, path + ".address",
               fmt::format("'{}' is not of the form HOST:PORT, :PORT, unix:PATH or fd:NAME",
                           address->text));
  }
  to.where.reuse_port = flag_of(n.find("reuse_port"));
  if (config_node const* const protocol = n.find("proxy_protocol")) {
    read_proxy_protocol(*protocol, path + ".proxy_protocol", to.where.proxy_protocol, errors);
  }
  to.protocol = text_of(n.find("protocol"), "http");
  if (config_node const* const name = n.find("tls")) {
    config_node const* const files = all_tls != nullptr ? all_tls->find(name->text) : nullptr;
    if (files == nullptr) {
      errors.add(name->at, path + ".tls", fmt::format("there is no [tls.{}]", name->text));
    } else {
      to.tls = {text_of(files->find("cert")), text_of(files->find("key")),
                text_of(files->find("client_ca"))};
    }
    if (to.protocol != "http" || n.find("passthrough") != nullptr) {
      errors.add(name->at, path + ".tls", "only a listener for http can use TLS");
    }
  }
}

}  // namespace

bool parse_listen_address(std::string_view text, anode::http::listen_options& to) {
  constexpr std::string_view unix_scheme = "unix:";
  if (text.starts_with(unix_scheme)) {
    to.path = text.substr(unix_scheme.size());
    return !to.path.empty();
  }
  anode::proxy::target where;
  std::string const whole = text.starts_with(':') ? "all" + std::string(text) : std::string(text);
  // Port 0 means any free port.
  bool const any_port = whole.ends_with(":0");
  std::string const with_port = any_port ? whole.substr(0, whole.size() - 1) + "1" : whole;
  if (!anode::proxy::split_target(with_port, where) || where.port == 0) {
    return false;
  }
  to.port = any_port ? std::uint16_t{0} : where.port;
  to.host = text.starts_with(':') ? std::string() : where.host;
  return to.host.empty() || to.host == "localhost" || anode::network_list().try_add(to.host);
}

bool parse_listen_place(std::string_view text, listen_setting& to) {
  constexpr std::string_view inherited_scheme = "fd:";
  if (!text.starts_with(inherited_scheme)) {
    return parse_listen_address(text, to.where);
  }
  to.inherited = text.substr(inherited_scheme.size());
  return !to.inherited.empty();
}

bool is_local(anode::http::listen_options const& where) {
  static anode::network_list const loopback{"127.0.0.0/8", "::1"};
  return !where.path.empty() || where.host == "localhost" || loopback.contains(where.host);
}

void read_common(config_node const& root, proxy_settings& to, config_errors& errors) {
  config_node const* const all_tls = root.find("tls");
  for (config_node const* const n : items_of(all_tls)) {
    read_tls(*n, "tls." + n->name, errors);
  }
  std::vector<config_node const*> const listeners = items_of(root.find("listen"));
  if (listeners.empty()) {
    errors.add(root.at, "listen", "there is no [[listen]]");
  }
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    std::string const path = fmt::format("listen[{}]", i);
    listen_setting& l = to.listeners.emplace_back();
    read_listener(*listeners[i], path, all_tls, l, errors);
    for (std::size_t j = 0; j < i; ++j) {
      if (to.listeners[j].name == l.name) {
        errors.add(listeners[i]->at, path, fmt::format("the name '{}' is not unique", l.name));
      }
    }
  }
  std::string const log = text_of(root.find_path("log.access"), "stdout");
  to.access_log = log == "stdout" ? "-" : log == "off" ? "" : log;
  config_node const* const times = root.find("timeouts");
  auto const read_time = [&](std::string_view name, std::chrono::milliseconds& time) {
    time = duration_of(times != nullptr ? times->find(name) : nullptr, time);
  };
  read_time("preface", to.preface_timeout);
  read_time("connect", to.connect_timeout);
  read_time("silence", to.silence);
  read_time("total", to.total);
  read_time("tunnel_idle", to.tunnel_idle);
  read_time("half_closed", to.half_closed);
  to.grace = duration_of(root.find_path("drain.grace"), to.grace);
  to.client_requests = count_of(root.find_path("limits.client.requests"), to.client_requests);
  if (to.total.count() > 0 && to.connect_timeout >= to.total) {
    errors.add(times->find("total")->at, "timeouts.total", "it is not longer than connect");
  }
}

}  // namespace samples
