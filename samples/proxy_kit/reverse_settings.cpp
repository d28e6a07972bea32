// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "settings.hpp"

#include <anode/agent_options.hpp>
#include <anode/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace samples {
namespace {

using enum value_type;

constexpr std::int64_t longest_time = 86'400'000;  // a day, in milliseconds
constexpr std::int64_t most = 1'000'000;

constexpr std::array reverse_schema{
    config_key{"listen[].name", text, "", "the name in messages", "", 0, 0, false},
    config_key{"listen[].address", text, "", "HOST:PORT, :PORT, unix:PATH or fd:NAME", "", 0, 0,
               false},
    config_key{"listen[].tls", text, "none", "the name of a [tls.NAME]", "", 0, 0, false},
    config_key{"listen[].reuse_port", flag, "false", "share the port with another process", "", 0,
               0, false},
    config_key{"listen[].proxy_protocol.mode", choice, "off",
               "a PROXY header precedes the connection", "off, required", 0, 0, false},
    config_key{"listen[].proxy_protocol.trusted", texts, "", "who may send the header", "", 0, 0,
               false},
    config_key{"listen[].passthrough[].sni", text, "", "a server name, \"*.NAME\", or \"*\""},
    config_key{"listen[].passthrough[].to", texts, "", "HOST:PORT, tried in turn"},
    config_key{"tls.*.cert", text, "", "the file of the certificate chain (PEM)"},
    config_key{"tls.*.key", text, "that of cert", "the file of the private key"},
    config_key{"tls.*.client_ca", text, "none", "issuers of the certificates that clients need"},
    config_key{"route[].name", text, "host and path", "the name in metrics"},
    config_key{"route[].host", texts, "all", "names, \"*.NAME\", or [IPv6]; no port"},
    config_key{"route[].path", text, "/", "the beginning of the path, whole segments"},
    config_key{"route[].pool", text, "the only one", "the pool of these requests"},
    config_key{"route[].strip", text, "none", "removed from the beginning of the path"},
    config_key{"route[].add", text, "none", "added to the beginning of the path"},
    config_key{"route[].preserve_host", flag, "false", "send the Host of the client"},
    config_key{"http.pool", text, "the only one", "the pool of all requests, without routes"},
    config_key{"http.tries", count, "2", "servers that get a request that fails", "", 1, 10},
    config_key{"http.trusted", texts, "none", "proxies whose X-Forwarded-For is trusted"},
    config_key{"http.trace", flag, "false", "give each request a span and print it"},
    config_key{"pool.*.order", choice, "least_requests", "how a server is chosen",
               "least_requests, round_robin, first"},
    config_key{"pool.*.servers[].name", text, "HOST:PORT", "the name in messages"},
    config_key{"pool.*.servers[].url", text, "", "http[s]://HOST:PORT[/PATH]"},
    config_key{"pool.*.servers[].weight", count, "1", "the share of the requests", "", 1, 1000},
    config_key{"pool.*.servers[].max_requests", count, "0", "requests in progress, 0: no limit", "",
               0, most},
    config_key{"pool.*.queue", count, "1024", "requests that wait", "", 0, most},
    config_key{"pool.*.queue_timeout", duration, "5s", "the time that they wait", "", 0,
               longest_time},
    config_key{"pool.*.ca", text, "those of the system", "trusted certificates of https servers"},
    config_key{"pool.*.send_proxy", choice, "off",
               "the PROXY header that announces clients; connections are not reused",
               "off, v1, v2"},
    config_key{"pool.*.retry.budget", count, "20", "retries in 10 s, in percent of the requests",
               "", 0, 100},
    config_key{"pool.*.retry.least", count, "3", "retries in 10 s that are always allowed", "", 0,
               most},
    config_key{"admin.listen", text, "none", "health and metrics: loopback HOST:PORT, or unix:PATH",
               "", 0, 0, false},
    config_key{"log.access", text, "stdout", "a file, \"stdout\" or \"off\""},
    config_key{"timeouts.preface", duration, "10s", "for the client hello of a passed connection",
               "", 1, longest_time},
    config_key{"timeouts.connect", duration, "10s", "for look-up and connection", "", 1,
               longest_time},
    config_key{"timeouts.silence", duration, "60s", "of either side of a request", "", 0,
               longest_time},
    config_key{"timeouts.total", duration, "0s", "for a whole request", "", 0, longest_time},
    config_key{"timeouts.tunnel_idle", duration, "10m", "of a WebSocket or a passed connection", "",
               0, longest_time},
    config_key{"timeouts.half_closed", duration, "30s", "of these after one side has ended", "", 0,
               longest_time},
    config_key{"limits.client.requests", count, "64", "requests of one client", "", 1, most},
    config_key{"drain.lame_duck", duration, "0s", "from \"not ready\" to the end of listening", "",
               0, longest_time},
    config_key{"drain.grace", duration, "5s", "for requests in progress at the end", "", 0,
               longest_time},
};

std::string why_no_server(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return "unknown scheme (http, https)";
  }
  try {
    anode::http::request_options().set_url(url);
  } catch (anode::http::exception const&) {
    return "the URL is malformed";
  }
  return {};
}

pool_setting read_pool(config_node const& n, std::string const& path, config_errors& errors) {
  pool_setting p;
  p.order = text_of(n.find("order"), p.order);
  p.queue = count_of(n.find("queue"), p.queue);
  p.queue_timeout = duration_of(n.find("queue_timeout"), p.queue_timeout);
  p.ca = text_of(n.find("ca"));
  p.retry_percent = static_cast<unsigned>(count_of(n.find_path("retry.budget"), p.retry_percent));
  p.retry_least = static_cast<unsigned>(count_of(n.find_path("retry.least"), p.retry_least));
  std::string const send_proxy = text_of(n.find("send_proxy"), "off");
  p.send_proxy = send_proxy == "v1" ? 1 : send_proxy == "v2" ? 2 : 0;
  std::vector<config_node const*> const servers = items_of(n.find("servers"));
  if (servers.empty()) {
    errors.add(n.at, path, "it has no servers");
  }
  for (std::size_t i = 0; i < servers.size(); ++i) {
    std::string const where = fmt::format("{}.servers[{}]", path, i);
    server_setting s;
    config_node const* const url = servers[i]->find("url");
    s.url = text_of(url);
    s.name = text_of(servers[i]->find("name"), s.url);
    s.weight = static_cast<unsigned>(count_of(servers[i]->find("weight"), 1));
    s.max_requests = count_of(servers[i]->find("max_requests"), 0);
    if (url == nullptr) {
      errors.add(servers[i]->at, where, "url is missing");
    } else if (std::string const why = why_no_server(s.url); !why.empty()) {
      errors.add(url->at, where + ".url", fmt::format("'{}': {}", s.url, why));
    }
    if (std::ranges::find(p.servers, s.name, &server_setting::name) != p.servers.end()) {
      errors.add(servers[i]->at, where, fmt::format("the name '{}' is not unique", s.name));
    }
    p.servers.push_back(std::move(s));
  }
  return p;
}

void read_server_names(config_node const& n, std::string const& path, listen_setting& to,
                       config_errors& errors) {
  to.protocol = "passthrough";
  std::vector<config_node const*> const routes = items_of(&n);
  for (std::size_t i = 0; i < routes.size(); ++i) {
    std::string const where = fmt::format("{}[{}]", path, i);
    config_node const* const sni = routes[i]->find("sni");
    std::vector<config_node const*> const upstreams = items_of(routes[i]->find("to"));
    if (sni == nullptr || upstreams.empty()) {
      errors.add(routes[i]->at, where, sni == nullptr ? "sni is missing" : "to is missing");
      continue;
    }
    if (!anode::proxy::sni_routes().try_add(sni->text, "a:1")) {
      errors.add(sni->at, where + ".sni", fmt::format("'{}' is not a server name", sni->text));
      continue;
    }
    for (config_node const* const upstream : upstreams) {
      if (!to.routes.try_add(sni->text, upstream->text)) {
        errors.add(upstream->at, where + ".to",
                   fmt::format("'{}' is not of the form HOST:PORT", upstream->text));
      }
    }
  }
}

void read_admin(config_node const& n, reverse_settings& s, config_errors& errors) {
  config_node const* const listen = n.find("listen");
  if (listen == nullptr) {
    errors.add(n.at, "admin", "listen is missing");
    return;
  }
  listen_setting& to = s.admin.emplace();
  to.name = "admin";
  if (!parse_listen_address(listen->text, to.where)) {
    errors.add(listen->at, "admin.listen",
               fmt::format("'{}' is not of the form HOST:PORT or unix:PATH", listen->text));
  } else if (!is_local(to.where)) {
    errors.add(listen->at, "admin.listen",
               fmt::format("'{}' can be reached from other machines", listen->text));
  }
}

}  // namespace

std::span<config_key const> reverse_keys() { return reverse_schema; }

reverse_settings make_reverse_settings(config_node const& root, config_errors& errors) {
  reverse_settings s;
  check_against(reverse_schema, root, errors);
  read_common(root, s, errors);
  std::vector<config_node const*> const listeners = items_of(root.find("listen"));
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (config_node const* const routes = listeners[i]->find("passthrough")) {
      read_server_names(*routes, fmt::format("listen[{}].passthrough", i), s.listeners[i], errors);
    }
  }
  for (config_node const* const pool : items_of(root.find("pool"))) {
    s.pools.emplace(pool->name, read_pool(*pool, "pool." + pool->name, errors));
  }
  for (config_node const* const network : items_of(root.find_path("http.trusted"))) {
    if (!s.trusted.try_add(network->text)) {
      errors.add(
          network->at, "http.trusted",
          fmt::format("'{}' is neither an address, nor a block, nor \"unix\"", network->text));
    }
  }
  s.trace = flag_of(root.find_path("http.trace"));
  s.tries = static_cast<unsigned>(count_of(root.find_path("http.tries"), s.tries));
  s.lame_duck = duration_of(root.find_path("drain.lame_duck"), s.lame_duck);
  if (config_node const* const admin = root.find("admin")) {
    read_admin(*admin, s, errors);
  }
  read_routes(root, s, errors);
  return s;
}

}  // namespace samples
