// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The configuration files of the two proxies.
#include "broken_forward_files.hpp"
#include "samples/proxy_kit/settings.hpp"
#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace samples_config_proxy_config {

using samples::config_errors;
using samples::config_node;
using support::broken_file;
using namespace std::chrono_literals;

namespace {

// Checks that the error of a file is reported at its place. What is unknown or malformed may be
// missing too, which is a second error.
template <class Make>
void check_broken(broken_file const& f, Make const& make) {
  CAPTURE(f.text);
  config_errors errors("f.toml");
  config_node const root = samples::read_toml(f.text, errors);
  if (errors.empty()) {
    make(root, errors);
  }
  std::vector<std::string> const lines = errors.lines();
  CHECK((lines.size() == 1 || lines.size() == 2));
  std::string const at = "f.toml:" + std::to_string(f.line) + ":" +
                         (f.column == 0 ? std::string() : std::to_string(f.column) + ": ");
  bool found = false;
  for (std::string const& line : lines) {
    UNSCOPED_INFO(line);
    found = found || (line.starts_with(at) && line.find(f.message) != std::string::npos);
  }
  CHECK(found);
}

samples::reverse_settings reverse_of(std::string_view text, std::vector<std::string>& lines) {
  config_errors errors("f.toml");
  config_node const root = samples::read_toml(text, errors);
  samples::reverse_settings s;
  if (errors.empty()) {
    s = samples::make_reverse_settings(root, errors);
  }
  lines = errors.lines();
  return s;
}

constexpr std::string_view good_listener = "[[listen]]\naddress = \"127.0.0.1:1\"\n";
constexpr std::string_view good_pool = "[pool.a]\nservers = [{ url = \"http://a:1\" }]\n";

std::string with_pool(std::string_view text) {
  return std::string(good_listener) + std::string(text);
}

}  // namespace

TEST_CASE("proxy configuration: every error of a forward proxy has its place") {
  std::size_t files = 0;
  for (broken_file const& f : support::broken_forward_files) {
    check_broken(f, [](config_node const& root, config_errors& errors) {
      samples::make_forward_settings(root, errors);
    });
    ++files;
  }
  CHECK(files >= 40);
}

TEST_CASE("proxy configuration: every error of a reverse proxy has its place") {
  struct row {
    std::string text;  // after a correct listener
    unsigned line;
    unsigned column;
    std::string_view message;
  };
  std::string const pool(good_pool);
  for (row const& r : std::initializer_list<row>{
           {"[pool.a]\n", 3, 1, "pool.a: it has no servers"},
           {"[pool.a]\nservers = []\n", 3, 1, "it has no servers"},
           {"[pool.a]\nservers = [{ weight = 1 }]\n", 4, 12, "pool.a.servers[0]: url is missing"},
           {"[pool.a]\nservers = [{ url = \"htp://b:80\" }]\n", 4, 20,
            "pool.a.servers[0].url: 'htp://b:80': unknown scheme (http, https)"},
           {"[pool.a]\nservers = [{ url = \"http://[b\" }]\n", 4, 20, "the URL is malformed"},
           {"[pool.a]\nservers = [{ url = \"http://b\", weight = 0 }]\n", 4, 41,
            "0 is not between 1 and 1000"},
           {"[pool.a]\nservers = [{ url = \"http://b\", weigth = 1 }]\n", 4, 32,
            "is it \"weight\"?"},
           {"[pool.a]\nservers = [{ url = \"http://b\" }]\nretry = { budget = 101 }\n", 5, 20,
            "pool.a.retry.budget: 101 is not between 0 and 100"},
           {"[pool.a]\nsend_proxy = \"v3\"\nservers = [{ url = \"http://b\" }]\n", 4, 14,
            "pool.a.send_proxy: one of off, v1, v2 is expected"},
           {"[pool.a]\nservers = [{ url = \"http://b\" }, { url = \"http://b\" }]\n", 4, 34,
            "the name 'http://b' is not unique"},
           {"[pool.a]\nservers = \"http://b\"\n", 4, 11, "a list of tables is expected"},
           {"[pool.a]\norder = \"random\"\nservers = [{ url = \"http://b\" }]\n", 4, 9,
            "one of least_requests, round_robin, first is expected"},
           {"[pool.a]\nqueue = -1\nservers = [{ url = \"http://b\" }]\n", 4, 9,
            "-1 is not between"},
           {pool + "[pool.b]\nservers = [{ url = \"http://b:1\" }]\n", 1, 1,
            "there are several pools"},
           {"", 1, 1, "there is no [pool.NAME]"},
           {pool + "[http]\npool = \"b\"\n", 6, 8, "http.pool: there is no [pool.b]"},
           {pool + "[http]\ntries = 0\n", 6, 9, "0 is not between 1 and 10"},
           {pool + "[http]\ntrusted = [\"10.0.0.0/8\", \"x\"]\n", 6, 26, "'x' is neither"},
           {pool + "[http]\ntrace = 0\n", 6, 9, "true or false"},
           {pool + "[pools.b]\n", 5, 2, "is it \"pool\"?"},
           {pool + "[[listen]]\naddress = \"127.0.0.1:2\"\npassthrough = [{ to = [\"a:1\"] }]\n", 7,
            16, "listen[1].passthrough[0]: sni is missing"},
           {pool + "[[listen]]\naddress = \"127.0.0.1:2\"\npassthrough = [{ sni = \"a\" }]\n", 7,
            16, "to is missing"},
           {pool + "[[listen]]\naddress = \"127.0.0.1:2\"\n"
                   "passthrough = [{ sni = \"a.*\", to = [\"a:1\"] }]\n",
            7, 24, "'a.*' is not a server name"},
           {pool + "[[listen]]\naddress = \"127.0.0.1:2\"\n"
                   "passthrough = [{ sni = \"a\", to = [\"a:1\", \"b\"] }]\n",
            7, 42, "'b' is not of the form HOST:PORT"},
       }) {
    std::string const text = with_pool(r.text);
    check_broken({text, r.line, r.column, r.message},
                 [](config_node const& root, config_errors& errors) {
                   samples::make_reverse_settings(root, errors);
                 });
  }
}

TEST_CASE("proxy configuration: every error of a route and of the admin listener has its place") {
  struct row {
    std::string text;  // after a correct listener and a correct pool
    unsigned line;
    unsigned column;
    std::string_view message;
  };
  std::string const pools =
      std::string(good_pool) + "[pool.b]\nservers = [{ url = \"http://b\" }]\n";
  std::string const all = "[[route]]\npool = \"a\"\n";
  for (row const& r : std::initializer_list<row>{
           {"[[route]]\n", 7, 1, "route[0].pool: there are several pools"},
           {"[[route]]\npool = \"c\"\n", 8, 8, "route[0].pool: there is no [pool.c]"},
           {"[route]\npool = \"a\"\n", 7, 1, "route: a list of tables is expected"},
           {all + "paht = \"/x\"\n", 9, 1, "is it \"path\"?"},
           {all + "host = \"a\"\n", 9, 8, "a list of texts is expected"},
           {all + "host = []\n", 9, 8, "route[0].host: the list is empty"},
           {all + "host = [\"a\", \"b:80\"]\n", 9, 14,
            "route[0].host: 'b:80' is neither a name, nor \"*.NAME\", nor an address"},
           {all + "host = [\"a.test\", \"A.TEST.\"]\n", 9, 19, "'A.TEST.' occurs twice"},
           {all + "path = \"x\"\n", 9, 8, "route[0].path: 'x' is not a path"},
           {all + "path = \"/x/../y\"\n", 9, 8, "'/x/../y' is not a path"},
           {all + "path = \"/%61\"\n", 9, 8, "'/%61' is not a path"},
           {all + "path = \"/x?y\"\n", 9, 8, "'/x?y' is not a path"},
           {all + "strip = \"x\"\n", 9, 9, "route[0].strip: 'x' is not a path"},
           {all + "add = \"x\"\n", 9, 7, "route[0].add: 'x' is not a path"},
           {all + "path = \"/apix\"\nstrip = \"/api\"\n", 10, 9,
            "route[0].strip: the path '/apix' is not below '/api'"},
           {all + "preserve_host = 1\n", 9, 17, "true or false is expected"},
           {all + all, 9, 1, "route[1]: the name '*/' is not unique"},
           {all + all + "name = \"x\"\n", 9, 1, "route[1]: route[0] has the same host and path"},
           {all + "host = [\"a\", \"b\"]\npath = \"/x/\"\n" + all +
                "host = [\"b\"]\npath = \"/x\"\n",
            11, 1, "route[1]: route[0] has the same host and path"},
           {all + "[http]\npool = \"a\"\n", 10, 8, "http.pool: [[route]] has the pools"},
           {all + "[admin]\n", 9, 1, "admin: listen is missing"},
           {all + "[admin]\nlisten = \"x\"\n", 10, 10,
            "admin.listen: 'x' is not of the form HOST:PORT or unix:PATH"},
           {all + "[admin]\nlisten = \":8090\"\n", 10, 10,
            "admin.listen: ':8090' can be reached from other machines"},
           {all + "[admin]\nlisten = \"192.0.2.1:80\"\n", 10, 10, "from other machines"},
           {all + "[admin]\nlisten = \"fd:x\"\n", 10, 10, "is not of the form"},
           {all + "[drain]\nlame_duck = 5\n", 10, 13, "needs a unit"},
       }) {
    std::string const text = with_pool(pools + r.text);
    check_broken({text, r.line, r.column, r.message},
                 [](config_node const& root, config_errors& errors) {
                   samples::make_reverse_settings(root, errors);
                 });
  }
}

TEST_CASE("proxy configuration: routes, and sockets that are passed") {
  std::vector<std::string> lines;
  samples::reverse_settings const s = reverse_of(
      "[[listen]]\naddress = \"fd:https\"\n[pool.a]\nsend_proxy = \"v2\"\n"
      "servers = [{ url = \"http://a:1\" }]\n[[route]]\nhost = [\"*.X.Test\", \"y\"]\n"
      "path = \"/p/q/\"\nstrip = \"/p/\"\nadd = \"/\"\n[[route]]\nname = \"rest\"\n"
      "[admin]\nlisten = \"unix:/run/x\"\n",
      lines);
  CHECK(lines.empty());
  CHECK(s.listeners.at(0).inherited == "https");
  CHECK(s.pools.at("a").send_proxy == 2);
  REQUIRE(s.routes.size() == 2);
  CHECK(s.routes[0].name == "*.x.test/p/q");
  CHECK(s.routes[0].rule.hosts == std::vector<std::string>{"*.x.test", "y"});
  CHECK(s.routes[0].rule.path == "/p/q");
  CHECK(s.routes[0].strip == "/p");
  CHECK(s.routes[0].add.empty());
  CHECK(s.routes[1].name == "rest");
  CHECK(s.routes[1].pool == "a");
  REQUIRE(s.admin);
  CHECK(s.admin->where.path == "/run/x");
}

TEST_CASE("proxy configuration: all errors are reported, in the order of their places") {
  config_errors errors("f.toml");
  samples::make_forward_settings(
      samples::read_toml("[[listen]]\naddress = \"x\"\n[target]\nallow = [\"a b\"]\nprivat = "
                         "\"deny\"\n[timeouts]\nconnect = 1\n",
                         errors),
      errors);
  std::vector<std::string> const lines = errors.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("f.toml:2:11: "));
  CHECK(lines[1].starts_with("f.toml:4:10: "));
  CHECK(lines[2].starts_with("f.toml:5:1: "));
  CHECK(lines[3].starts_with("f.toml:7:11: "));
}

TEST_CASE("proxy configuration: the files of the samples are correct") {
  config_errors forward("samples/config/forward_proxy.toml");
  samples::forward_settings const f = samples::make_forward_settings(
      samples::read_toml_file("samples/config/forward_proxy.toml", forward), forward);
  for (std::string const& line : forward.lines()) {
    FAIL_CHECK(line);
  }
  REQUIRE(f.listeners.size() == 2);
  CHECK(f.listeners[0].where.port == 3128);
  CHECK(f.listeners[0].protocol == "http");
  CHECK(f.listeners[1].protocol == "socks5");
  CHECK(f.tunnel_idle == 1h);
  CHECK_FALSE(f.rules.judge("x.internal.example", 80));
  CHECK_FALSE(f.rules.judge("127.0.0.1", 80));
  CHECK(f.access_log == "-");
  config_errors reverse("samples/config/reverse_proxy.toml");
  samples::reverse_settings const r = samples::make_reverse_settings(
      samples::read_toml_file("samples/config/reverse_proxy.toml", reverse), reverse);
  for (std::string const& line : reverse.lines()) {
    FAIL_CHECK(line);
  }
  REQUIRE(r.listeners.size() == 2);
  CHECK(r.listeners[1].protocol == "passthrough");
  CHECK(r.listeners[1].routes.find("a.old.test").size() == 2);
  REQUIRE(r.routes.size() == 2);
  CHECK(r.routes[0].rule.hosts == std::vector<std::string>{"a.test", "*.b.test"});
  CHECK(r.routes[0].rule.path == "/api");
  CHECK(r.routes[0].strip == "/api");
  CHECK(r.routes[0].pool == "api");
  CHECK(r.routes[1].name == "*/");
  CHECK(r.routes[1].pool == "web");
  REQUIRE(r.admin);
  CHECK(r.admin->where.port == 8090);
  CHECK(r.pools.at("api").servers.at(0).weight == 2);
  CHECK(r.trusted.contains("127.0.0.1"));
  config_errors none("x");
  samples::read_toml_file("/nonexistent/x", none);
  CHECK(none.lines().at(0) == "x: the file cannot be read");
}

TEST_CASE("proxy configuration: a pool that is not named is the only one") {
  std::vector<std::string> lines;
  samples::reverse_settings const s = reverse_of(with_pool(good_pool), lines);
  REQUIRE(s.routes.size() == 1);
  CHECK(s.routes[0].pool == "a");
  CHECK(s.routes[0].rule.hosts.empty());
  CHECK(s.routes[0].rule.path == "/");
  CHECK(lines.empty());
  // Without a listener for http no pool is needed.
  reverse_of("[[listen]]\naddress = \"[::1]:0\"\npassthrough = [{ sni = \"*\", to = [\"a:1\"] }]\n",
             lines);
  CHECK(lines.empty());
}

TEST_CASE("proxy configuration: who could use a forward proxy") {
  samples::forward_settings s;
  auto const listen = [&](std::string_view address) {
    s.listeners.resize(1);
    s.listeners[0].where = {};
    CHECK(samples::parse_listen_address(address, s.listeners[0].where));
    return samples::open_to_all(s).empty();
  };
  for (std::string_view const local :
       {"127.0.0.1:1", "127.9.9.9:0", "[::1]:1", "localhost:1", "unix:/run/x"}) {
    CAPTURE(local);
    CHECK(listen(local));
  }
  for (std::string_view const far : {":1", "0.0.0.0:1", "[::]:1", "192.0.2.1:1"}) {
    CAPTURE(far);
    CHECK_FALSE(listen(far));
  }
  s.rules.deny("a");
  CHECK_FALSE(listen(":1"));
  s.rules.allow("a");
  CHECK(listen(":1"));
  s.rules = {};
  s.users = {"a:b"};
  CHECK(listen(":1"));
  s.users.clear();
  s.open = true;
  CHECK(listen(":1"));
}

TEST_CASE("proxy configuration: nearest words, durations and descriptions") {
  std::vector<std::string_view> const known{"address", "name", "tls"};
  CHECK(samples::nearest("adress", known) == "address");
  CHECK(samples::nearest("nmae", known) == "name");
  CHECK(samples::nearest("tsl", known) == "tls");
  CHECK(samples::nearest("something", known) == "");
  CHECK(samples::parse_duration("250ms") == 250ms);
  CHECK(samples::parse_duration("0s") == 0ms);
  CHECK(samples::parse_duration("2h") == 2h);
  for (std::string_view const bad : {"", "s", "5", "5d", "5ss", "+5s", "5.5s", " 5s", "0x5s"}) {
    CAPTURE(bad);
    CHECK_FALSE(samples::parse_duration(bad));
  }
  for (samples::config_key const& key : samples::reverse_keys()) {
    CAPTURE(key.path);
    CHECK_FALSE(key.text.empty());
    CHECK((key.type == samples::value_type::choice) == !key.choices.empty());
  }
  std::string const text = samples::describe(samples::forward_keys());
  CHECK(text.find("timeouts.connect") != std::string::npos);
  CHECK(text.find("(10s)") != std::string::npos);
}

}  // namespace samples_config_proxy_config
