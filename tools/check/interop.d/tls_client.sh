# shellcheck shell=bash
# Sourced by tls.sh: judges of anode's https client, and Node as both sides.

# s_server NAME CERTIFICATE ARGS...: starts openssl s_server; sets `url`.
s_server() {
  local name=$1 cert=$2 i at
  shift 2
  : >"$out/$name"
  openssl s_server -accept 127.0.0.1:0 -cert "$pki/$cert.pem" -key "$pki/$cert.key" "$@" \
    >"$out/$name" 2>"$out/$name.errors" </dev/null &
  pid=$!
  running+=("$pid")
  for ((i = 0; i < 200; i++)); do
    at=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$out/$name")
    [[ -z $at ]] || break
    kill -0 "$pid" 2>/dev/null || die "s_server ended: $(cat "$out/$name.errors")"
    sleep 0.1
  done
  [[ -n $at ]] || die 's_server does not listen'
  url=https://localhost:$at
}

# fetch_ends CODE ARGS...: runs fetch, which trusts `root`.
fetch_ends() { ends "$1" "$samples/fetch" --cacert "$pki/root.pem" "${@:2}"; }

# refused REASON ARGS...: fetch must fail with one line that has the reason.
refused() {
  fetch_ends 1 "${@:2}"
  says "$1"
  expect "$(wc -l <"$out/words")" 1
}

fetch_version() {
  fetch_ends 0 "${@:2}"
  says "$1"
}

# s_server ends each connection after its page, which says whether the session was resumed.
fetch_resumption() {
  fetch_ends 0 --repeat 3 "$2/"
  expect "$(grep -c "^Reused, $1" <<<"$words")" 2
}

# fetch_client_certificate URL: the server requires a certificate of `people`.
fetch_client_certificate() {
  fetch_ends 0 --cert "$pki/ada.pem" --key "$pki/ada.key" "$1/"
  grep -q 'Subject: CN *= *ada' <<<"$words" || die "no client certificate: $(tail -n 8 <<<"$words")"
}

fetch_proxy() {
  fetch_ends 0 --proxy "$tls_forward_url" "$@"
  says 'Hello World!'
}

# The reverse proxy verifies the name in the URL of its server, not that of the client's Host header.
reverse_to() {
  start "tls_upstream_$1" "$samples/reverse_proxy" --port 0 --cacert "$pki/root.pem" --upstream "$2"
}

reverse_upstream() {
  ends 0 "$samples/fetch" "${@:2}" "$1/"
  says 'Hello World!'
}

reverse_wrong_name() {
  ends 0 "$samples/fetch" -i -H 'Host: other.test' "$1/"
  says 'HTTP/1.1 502 ' ERR_TLS_CERT_ALTNAME_INVALID
}

check_tls_client() {
  local version
  for version in 2 3; do
    s_server "s_server_1.$version" good -www "-tls1_$version"
    tls_case "openssl s_server: TLS 1.$version" fetch_version "TLSv1.$version" "$url/"
    tls_case "openssl s_server: sessions are resumed, TLS 1.$version" fetch_resumption "TLSv1.$version" "$url"
    s_server "s_server_people_1.$version" good -www "-tls1_$version" -Verify 2 -verify_return_error \
      -CAfile "$pki/people.pem"
    tls_case "openssl s_server: a client certificate, TLS 1.$version" fetch_client_certificate "$url"
    local code=ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED
    [[ $version == 3 ]] || code=ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE
    tls_case "openssl s_server: no client certificate, TLS 1.$version" refused "$code" "$url/"
  done
  s_server s_server_old good -www -tls1_1 -cipher DEFAULT@SECLEVEL=0
  tls_case 'openssl s_server: TLS 1.1 is refused' refused ALERT_PROTOCOL_VERSION "$url/"
  s_server s_server_h2 good -www -alpn h2
  tls_case 'openssl s_server: no common ALPN' refused ALERT_NO_APPLICATION_PROTOCOL "$url/"
  s_server s_server_other other -www
  tls_case 'openssl s_server: a wrong name' refused ERR_TLS_CERT_ALTNAME_INVALID "$url/"
  tls_case 'openssl s_server: a wrong address' refused ERR_TLS_CERT_ALTNAME_INVALID "https://127.0.0.1:${url##*:}/"
  tls_case 'openssl s_server: every name with -k' fetch_version TLSv1.3 -k "$url/"
  s_server s_server_untrusted untrusted -www
  tls_case 'openssl s_server: an unknown authority' refused UNABLE_TO_VERIFY_LEAF_SIGNATURE "$url/"
  s_server s_server_expired expired -www
  tls_case 'openssl s_server: an expired certificate' refused CERT_HAS_EXPIRED "$url/"
  s_server s_server_purpose for_clients -www
  tls_case 'openssl s_server: a certificate for clients' refused INVALID_PURPOSE "$url/"
  tls_case 'fetch: https to a server without TLS' refused ERR_SSL_WRONG_VERSION_NUMBER "https${hello_url#http}/"
  tls_case 'fetch: through an https proxy' fetch_proxy "$hello_url/"
  tls_case 'fetch: http in a tunnel of an https proxy' fetch_proxy --tunnel "$hello_url/"
  tls_case 'fetch: https in a tunnel of an https proxy' fetch_proxy "https://localhost:${tls_at##*:}/"
  reverse_to good "https://localhost:${tls_at##*:}"
  tls_case 'reverse_proxy: an https server' reverse_upstream "$url"
  tls_case "reverse_proxy: an https server, another Host" reverse_upstream "$url" -H 'Host: other.test'
  reverse_to address "https://127.0.0.1:${tls_at##*:}"
  tls_case "reverse_proxy: an https server by its address" reverse_upstream "$url" -H 'Host: other.test'
  s_server s_server_wrong other -www
  reverse_to other "$url"
  tls_case 'reverse_proxy: an https server with a wrong name' reverse_wrong_name "$url"
}

node_fetch_requests() {
  fetch_ends 0 --repeat 20 --concurrency 4 "$1/"
  expect "$(grep -o '"first":true' <<<"$words" | wc -l)" 4
  says '"servername":"localhost"' '"protocol":"TLSv1.3"' '"alpn":"http/1.1"'
}

# Node issues two tickets for a new session and none for a resumed one. The client uses each once.
node_fetch_close() {
  fetch_ends 0 --repeat 4 -H 'Connection: close' "$1/"
  expect "$(grep -o '"reused":[a-z]*' <<<"$words" | cut -d: -f2 | xargs)" 'false true true false'
}

node_fetch_certificate() {
  fetch_ends 0 --cert "$pki/ada.pem" --key "$pki/ada.key" "$1/"
  says '"authorized":true' '"client":"ada"'
}

node_fetch_upload() {
  head -c 3000000 /dev/urandom >"$out/tls_data"
  "$samples/fetch" --cacert "$pki/root.pem" -d "@$out/tls_data" "$1/echo" >"$out/tls_echoed"
  cmp "$out/tls_echoed" "$out/tls_data"
}

node_forwarded() {
  fetch_ends 0 "$1/headers"
  says '"x-forwarded-proto":"https"' ';proto=https;'
}

node_client() { TLS_PKI=$pki timeout 120 "$1" tools/check/interop.d/tls_client.mjs "${@:2}"; }

check_tls_node() {
  local one version name tls
  local -a programs=()
  read -ra programs <<<"${TLS_NODES:-$node}"
  [[ ${#programs[@]} != 0 ]] || tls_missing+=(node)
  for one in ${programs[@]+"${programs[@]}"}; do
    version=$("$one" --version) || die "$one does not run"
    for tls in TLSv1.2 TLSv1.3; do
      for name in requests resumption wrong_name untrusted; do
        tls_case "node $version: client, $name, $tls" node_client "$one" "$name" "$tls" "$tls_url"
      done
      for name in certificate no_certificate; do
        tls_case "node $version: client, $name, $tls" node_client "$one" "$name" "$tls" "$tls_people_url"
      done
      tls_case "node $version: client, upload, $tls" node_client "$one" upload "$tls" "$tls_echo_url"
      tls_case "node $version: client, tunnel, $tls" node_client "$one" tunnel "$tls" "$tls_url" "$tls_forward_url"
    done
    tls_case "node $version: client, renegotiation" node_client "$one" renegotiation TLSv1.2 "$tls_url"
    TLS_PKI=$pki start "tls_node_$version" "$one" tools/check/interop.d/tls_upstream.mjs
    url=https://localhost:${url##*:}
    tls_case "node $version: server, 20 requests" node_fetch_requests "$url"
    tls_case "node $version: server, sessions are resumed" node_fetch_close "$url"
    tls_case "node $version: server, a client certificate" node_fetch_certificate "$url"
    tls_case "node $version: server, 3 MB are echoed" node_fetch_upload "$url"
    start "tls_forwarded_$version" "$samples/reverse_proxy" --port 0 --cert "$pki/good.pem" --key "$pki/good.key" \
      --cacert "$pki/root.pem" --upstream "$url"
    tls_case "node $version: server, behind the reverse proxy" node_forwarded "https://localhost:${url##*:}"
  done
}
