# Parts of the check of the sample reverse_proxy.

# routes: a configuration file with a route and an admin listener.
routes() {
  start build/samples/hello_server --port 0
  local admin
  admin=$(free_port)
  cat >"$out/proxy.toml" <<END
[[listen]]
address = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:$admin"
[pool.web]
servers = [{ url = "$url" }]
[[route]]
host = ["a.test"]
path = "/x"
END
  if ! "$program" --config "$out/proxy.toml" --check >"$out/words" 2>&1; then
    grep -q 'toml++ was not found' "$out/words" || die "it refuses a correct file: $(cat "$out/words")"
    stop
    return 0
  fi
  behind "$program" --config "$out/proxy.toml"
  expect "$(fetch -H 'Host: a.test' "$url/x")" 'Hello World!'
  [[ $(fetch -i -H 'Host: a.test' "$url/") == 'HTTP/1.1 404 '* ]] || die "no 404 without a route"
  [[ $(fetch -i -H 'Host: b.test' "$url/x") == 'HTTP/1.1 421 '* ]] || die "no 421 for another host"
  expect "$(fetch "http://127.0.0.1:$admin/readyz")" ready
  fetch "http://127.0.0.1:$admin/metrics" >"$out/words"
  grep -q '^anode_requests_total{route="a.test/x",code="2xx",end="--"} 1$' "$out/words" || die "the metrics lack a request"
  end_both
  echo 'strip = "x"' >>"$out/proxy.toml"
  refuses 'a file with an error' "$program" --config "$out/proxy.toml"
  command -v systemd-analyze >/dev/null && systemd-analyze --help | grep -q 'verify' || return 0
  sed "s#/usr/local/bin/reverse_proxy#$PWD/$program#" samples/systemd/anode-proxy.service >"$out/anode-proxy.service"
  cp samples/systemd/anode-proxy.socket "$out"
  systemd-analyze verify --man=no "$out"/anode-proxy.{service,socket} 2>"$out/errors" || true
  ! grep -F anode-proxy "$out/errors" || die "systemd-analyze rejects the units"
}
