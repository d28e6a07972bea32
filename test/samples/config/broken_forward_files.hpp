// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace support {

/// A configuration file with one error, the line and the column of the error, and a part of its
/// message.
struct broken_file {
  std::string_view text;
  unsigned line;
  unsigned column;
  std::string_view message;
};

/// Broken files of `forward_proxy`. The first line is correct where nothing else is said.
inline constexpr broken_file broken_forward_files[] = {
    {"", 1, 1, "there is no [[listen]]"},
    {"listen = [", 1, 11, "array"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\naddress = \"127.0.0.1:2\"\n", 3, 11, "address"},
    {"[[listen]]\naddress = 127.0.0.1\n", 2, 0, ""},
    {"[[listen]]\nname = \"a\"\n", 1, 1, "listen[0]: address is missing"},
    {"[[listen]]\naddress = \"localhost\"\n", 2, 11, "listen[0].address: 'localhost' is not"},
    {"[[listen]]\naddress = \"127.1:80\"\n", 2, 11, "is not of the form"},
    {"[[listen]]\naddress = \"127.0.0.1:65536\"\n", 2, 11, "is not of the form"},
    {"[[listen]]\naddress = \"unix:\"\n", 2, 11, "is not of the form"},
    {"[[listen]]\naddress = 80\n", 2, 11, "a text in quotes is expected"},
    {"[[listen]]\naddress = \"\"\n", 2, 11, "the text is empty"},
    {"[[listen]]\nadress = \"127.0.0.1:1\"\n", 2, 1, "unknown key; is it \"address\"?"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\nprotocol = \"socks4\"\n", 3, 12,
     "one of http, socks5 is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\nprotocol = 5\n", 3, 12, "one of http, socks5"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\nreuse_port = \"yes\"\n", 3, 14, "true or false"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\ntls = \"main\"\n", 3, 7, "there is no [tls.main]"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[[listen]]\naddress = \"127.0.0.1:2\"\n"
     "name = \"listen[0]\"\n",
     3, 1, "is not unique"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\nproxy_protocol = { mode = \"required\" }\n", 3, 18,
     "trusted is missing"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n"
     "proxy_protocol = { mode = \"required\", trusted = [\"10.0.0.0/99\"] }\n",
     3, 50, "'10.0.0.0/99' is neither an address"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\nproxy_protocol = { mode = \"maybe\" }\n", 3, 27,
     "one of off, required"},
    {"[[listen]]\naddress = \"0.0.0.0:1\"\n", 1, 1, "everybody could use the proxy at 0.0.0.0:1"},
    {"[[listen]]\naddress = \":1\"\n[target]\ndeny = [\"a\"]\n", 1, 1,
     "everybody could use the proxy at *:1"},
    {"listen = 5\n", 1, 10, "a list of tables is expected"},
    {"listen = [5]\n", 1, 11, "a table is expected"},
    {"[listen]\naddress = \"127.0.0.1:1\"\n", 1, 1, "a list of tables is expected"},
    {"tls = 5\n[[listen]]\naddress = \"127.0.0.1:1\"\n", 1, 7, "a table is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[tls.main]\nkey = \"/dev/null\"\n", 3, 1,
     "tls.main: cert is missing"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[tls.main]\ncert = \"/nonexistent/a.pem\"\n", 4, 8,
     "'/nonexistent/a.pem' cannot be read"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[tls.main]\ncert = \"/dev/null\"\nkeys = \"x\"\n", 5,
     1, "unknown key; is it \"key\"?"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[auth]\nuser_file = \"/nonexistent/users\"\n", 4, 13,
     "cannot be read"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[auth]\nuser_file = \"/dev/null\"\n", 4, 13,
     "is empty"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[auth]\nusers = [\"a:b\"]\n", 4, 1, "unknown key"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[target]\nallow = \"a\"\n", 4, 9,
     "a list of texts is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[target]\nallow = [\"a\", \"127.1\"]\n", 4, 15,
     "target.allow: '127.1' is not of the form"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[target]\ndeny = [\n  \"a\",\n  \"a b\",\n]\n", 6, 3,
     "target.deny: 'a b' is not of the form"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[target]\nprivate = \"no\"\n", 4, 11,
     "one of deny, allow is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[target]\nalow = []\n", 4, 1, "is it \"allow\"?"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = 5\n", 4, 11,
     "a duration needs a unit, for example \"5s\""},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = \"5\"\n", 4, 11,
     "a duration such as"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = \"5 s\"\n", 4, 11,
     "a duration such as"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = \"-5s\"\n", 4, 11,
     "a duration such as"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = \"0s\"\n", 4, 11,
     "0ms is not between 1ms and 86400000ms"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\npreface = \"25h\"\n", 4, 11,
     "is not between"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nconnect = \"9999999999999999999h\"\n", 4,
     11, "a duration such as"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeouts]\ntotal = \"5s\"\n", 4, 9,
     "timeouts.total: it is not longer than connect"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[timeout]\nconnect = \"5s\"\n", 3, 2,
     "unknown key; is it \"timeouts\"?"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[limits.client]\nrequests = 0\n", 4, 12,
     "0 is not between 1 and 1000000"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[limits.client]\nrequests = \"64\"\n", 4, 12,
     "a whole number is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[limits.client]\nrequests = 6.5\n", 4, 12,
     "a whole number is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[limits]\nclients = 5\n", 4, 1, "is it \"client\"?"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[limits]\nclient = 5\n", 4, 10, "a table is expected"},
    {"[[listen]]\naddress = \"127.0.0.1:1\"\n[log]\naccess = true\n", 4, 10, "a text in quotes"},
    {"open = 1\n[[listen]]\naddress = \"127.0.0.1:1\"\n", 1, 8, "true or false is expected"},
    {"entirely = 1\n[[listen]]\naddress = \"127.0.0.1:1\"\n", 1, 1, "entirely: unknown key"},
};

}  // namespace support
