# shellcheck shell=bash
# Sourced by tls.sh: judges of anode's https server.

# curl_ends CODE ARGS...: runs curl, which trusts `root` and reports the handshake.
tls_curl=(curl --silent --show-error --max-time 30 --noproxy '' --verbose)
curl_ends() { ends "$1" "${tls_curl[@]}" --cacert "$pki/root.pem" "${@:2}"; }

curl_version() {
  curl_ends 0 "--tlsv$1" --tls-max "$1" "$tls_url/"
  says 'Hello World!' "SSL connection using TLSv$1" 'ALPN: server accepted http/1.1'
}

curl_old_version() {
  curl_ends 35 --tlsv1.0 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "$tls_url/"
  says 'alert protocol version'
}

curl_wrong_name() {
  curl_ends 60 --resolve "wrong.test:${tls_at##*:}:127.0.0.1" "https://wrong.test:${tls_at##*:}/"
  says 'no alternative certificate subject name matches'
}

curl_untrusted() {
  ends 60 "${tls_curl[@]}" --cacert "$pki/stranger.pem" "$tls_url/"
  says 'unable to get local issuer certificate'
}

curl_client_certificate() {
  curl_ends 0 --tls-max "$1" --cert "$pki/ada.pem" --key "$pki/ada.key" "$tls_people_url/"
  says 'Hello World!'
}

# The code is 35 within a handshake of TLS 1.2, and 56 after one of TLS 1.3.
curl_no_client_certificate() {
  curl_ends "$2" --tls-max "$1" "$tls_people_url/"
  says "$3"
}

curl_unknown_client_certificate() {
  curl_ends "$2" --tls-max "$1" --cert "$pki/eve.pem" --key "$pki/eve.key" "$tls_people_url/"
  says 'alert unknown ca'
}

# With TLS 1.2, curl 7.88 accepts no tickets, and the server keeps no sessions.
curl_resumption() {
  curl_ends 0 -H 'Connection: close' "$tls_url/" "$tls_url/"
  says 'SSL re-using session ID' 'Hello World!'
}

curl_upload() {
  head -c 3000000 /dev/urandom >"$out/tls_data"
  "${tls_curl[@]}" --cacert "$pki/root.pem" -o "$out/tls_echoed" -T "$out/tls_data" "$@" "$tls_echo_url/"
  cmp "$out/tls_echoed" "$out/tls_data"
}

curl_kept_connection() {
  local urls=() i
  for ((i = 0; i < 100; i++)); do
    urls+=("$tls_url/")
  done
  curl_ends 0 "${urls[@]}"
  expect "$(grep -c 'Hello World!' <<<"$words")" 100
  expect "$(grep -c 'SSL connection using' <<<"$words")" 1
}

curl_plain_http() {
  ends 0 curl --silent --include --max-time 30 --noproxy '' "http://$tls_at/"
  says 'HTTP/1.1 400 ' 'Client sent an HTTP request to an HTTPS server.'
}

curl_proxy() {
  curl_ends 0 --proxy "$tls_forward_url" --proxy-cacert "$pki/root.pem" "$@"
  says 'Hello World!'
}

# s_client ARGS...: s_client trusts `root` and verifies the name.
s_client=(openssl s_client -verify_return_error -servername localhost)
s_client() { ends "$1" "${s_client[@]}" -connect "$tls_at" -CAfile "$pki/root.pem" "${@:2}"; }

# dialog ARGS...: starts s_client, which reads what `type_in` writes.
dialog() {
  : >"$out/dialog"
  exec 7> >(exec timeout 60 "${s_client[@]}" -connect "$tls_at" -CAfile "$pki/root.pem" "$@" >"$out/dialog" 2>&1)
}
type_in() { printf "$1" >&7; }

# wait_for COUNT TEXT: waits until the dialog has printed a text so many times.
wait_for() {
  local i
  for ((i = 0; i < 400; i++)); do
    [[ $(tr -d '\0' <"$out/dialog" | grep -c "$2") -lt $1 ]] || return 0
    sleep 0.05
  done
  die "s_client does not print '$2' $1 times: $(tail -n 8 "$out/dialog")"
}

request='GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
last_request='GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

openssl_alpn() {
  s_client 0 -alpn http/1.1
  says 'ALPN protocol: http/1.1' 'Verify return code: 0 (ok)'
  s_client 1 -alpn h2
  says 'alert no application protocol'
}

openssl_old() {
  s_client 1 -tls1_1 -cipher DEFAULT@SECLEVEL=0
  says 'alert protocol version'
  s_client 1 -tls1_2 -cipher AES128-SHA:ECDHE-ECDSA-AES128-SHA:AES256-GCM-SHA384
  says 'alert handshake failure'
}

openssl_key_update() {
  dialog -tls1_3
  wait_for 1 'Verify return code: 0'
  type_in 'k\n'
  wait_for 1 KEYUPDATE
  type_in "$request"
  wait_for 1 'Hello World!'
  local i
  for ((i = 2; i <= 12; i++)); do
    type_in 'K\n'
    wait_for "$i" KEYUPDATE
  done
  type_in "$request"
  wait_for 2 'Hello World!'
}

openssl_renegotiation() {
  dialog -tls1_2
  wait_for 1 'Verify return code: 0'
  type_in "$request"
  wait_for 1 'Hello World!'
  type_in 'R\n'
  wait_for 1 RENEGOTIATING
  wait_for 1 'no renegotiation'
}

openssl_reconnect() {
  s_client 0 -tls1_2 -reconnect
  expect "$(grep -c '^Reused, TLSv1.2' <<<"$words")" 5
}

# The ticket comes with the first response.
openssl_session() {
  rm -f "$out/session"
  printf "$last_request" | timeout 60 "${s_client[@]}" -connect "$tls_at" -CAfile "$pki/root.pem" \
    -ign_eof "$1" -sess_out "$out/session" >"$out/words" 2>&1
  grep -q '^New, TLSv' "$out/words" || die "no new session: $(tail -n 8 "$out/words")"
  [[ -s $out/session ]] || die 's_client has got no session'
  local i
  for ((i = 0; i < 4; i++)); do
    printf "$last_request" | timeout 60 "${s_client[@]}" -connect "$tls_at" -CAfile "$pki/root.pem" \
      -ign_eof "$1" -sess_in "$out/session" >"$out/words" 2>&1
    grep -q '^Reused, TLSv' "$out/words" || die "the session is not resumed: $(tail -n 8 "$out/words")"
    grep -q 'Hello World!' "$out/words" || die "no response: $(tail -n 8 "$out/words")"
  done
}

openssl_close() {
  printf "$last_request" | timeout 60 "${s_client[@]}" -connect "$tls_at" -CAfile "$pki/root.pem" -ign_eof -msg \
    >"$out/words" 2>&1
  grep -aq '<<<.*Alert.*warning close_notify' "$out/words" || die "no close_notify: $(tail -n 8 "$out/words")"
}

gnutls() { ends "$1" gnutls-cli --x509cafile "$pki/root.pem" --port "${tls_at##*:}" "${@:2}"; }

gnutls_version() {
  gnutls 0 --priority "NORMAL:-VERS-ALL:+VERS-TLS$1" localhost
  says 'Status: The certificate is trusted.' "(TLS$1"
}

gnutls_wrong_name() {
  gnutls 1 --verify-hostname wrong.test localhost
  says 'The name in the certificate does not match'
}

gnutls_resumption() {
  gnutls 0 --resume --waitresumption --priority "NORMAL:-VERS-ALL:+VERS-TLS$1" localhost
  says 'This is a resumed session'
}

gnutls_alpn() {
  gnutls 0 --alpn http/1.1 localhost
  says 'Application protocol: http/1.1'
}

gnutls_request() {
  printf "$last_request" | timeout 60 gnutls-cli --x509cafile "$pki/root.pem" --port "${tls_at##*:}" "$@" localhost \
    >"$out/words" 2>&1
  grep -q 'Hello World!' "$out/words" || die "no response: $(tail -n 8 "$out/words")"
}

scan_sslscan() {
  ends 0 sslscan --no-colour "$tls_at"
  local name
  for name in SSLv2 SSLv3 TLSv1.0 TLSv1.1; do
    grep -Eq "^$name +disabled" <<<"$words" || die "$name is enabled"
  done
  for name in TLSv1.2 TLSv1.3; do
    grep -Eq "^$name +enabled" <<<"$words" || die "$name is disabled"
  done
  says 'Session renegotiation not supported' 'TLSv1.3 not vulnerable to heartbleed'
  ! grep 'Compression enabled' <<<"$words" || die 'it compresses'
  ! grep -E '^(Accepted|Preferred) ' <<<"$words" | grep -vE 'GCM|CHACHA20|CCM' || die 'it accepts a suite without AEAD'
  ! grep -E 'ffdhe|x448|secp1[69]' <<<"$words" || die 'it accepts a costly or weak group'
}

# The certificate is one of a private authority, without revocation, which testssl.sh must complain about.
scan_testssl() {
  local code=0
  rm -f "$out/testssl.json"
  timeout 900 testssl --quiet --color 0 --warnings off --nodns min --add-ca "$pki/root.pem" --jsonfile "$out/testssl.json" \
    "$tls_at" >"$out/testssl" 2>&1 </dev/null || code=$?
  [[ -s $out/testssl.json ]] || die "no report (code $code): $(tail -n 5 "$out/testssl")"
  tr -d '\n' <"$out/testssl.json" | sed 's/},{/}\n{/g; s/},  *{/}\n{/g' >"$out/testssl.lines"
  ! grep -E '"severity" *: *"(LOW|MEDIUM|HIGH|CRITICAL|FATAL)"' "$out/testssl.lines" |
    sed -E 's/.*"id" *: *"([^"]*)".*"severity" *: *"([^"]*)".*"finding" *: *"([^"]*)".*/\2 \1: \3/' |
    grep -vE " ($scan_accepted): " || die 'it complains'
  [[ $(grep -c '"severity"' "$out/testssl.lines") -gt 50 ]] || die "too few findings: $(tail -n 5 "$out/testssl")"
}
scan_accepted='cert_[A-Za-z]*|DNS_CAArecord|security_headers|HSTS|overall_grade|grade_cap_reason_[0-9]*|HTTP_[A-Za-z_]*'

check_tls_server() {
  local version
  if tls_judge curl; then
    for version in 1.2 1.3; do
      tls_case "curl: TLS $version" curl_version "$version"
      tls_case "curl: a client certificate, TLS $version" curl_client_certificate "$version"
    done
    tls_case 'curl: a session is resumed, TLS 1.3' curl_resumption
    tls_case 'curl: TLS 1.1 is refused' curl_old_version
    tls_case 'curl: a wrong name' curl_wrong_name
    tls_case 'curl: an unknown authority' curl_untrusted
    tls_case 'curl: no client certificate, TLS 1.2' curl_no_client_certificate 1.2 35 'alert handshake failure'
    tls_case 'curl: no client certificate, TLS 1.3' curl_no_client_certificate 1.3 56 'alert certificate required'
    tls_case 'curl: a client certificate of a stranger, TLS 1.2' curl_unknown_client_certificate 1.2 35
    tls_case 'curl: a client certificate of a stranger, TLS 1.3' curl_unknown_client_certificate 1.3 56
    tls_case 'curl: 100 requests on one connection' curl_kept_connection
    tls_case 'curl: 3 MB are echoed' curl_upload
    tls_case 'curl: 3 MB are echoed in chunks, with Expect, TLS 1.2' curl_upload -H 'Transfer-Encoding: chunked' \
      -H 'Expect: 100-continue' --tls-max 1.2
    tls_case 'curl: plain HTTP gets a 400' curl_plain_http
    tls_case 'curl: through an https proxy' curl_proxy "$hello_url/"
    tls_case 'curl: http in a tunnel of an https proxy' curl_proxy --proxytunnel "$hello_url/"
    tls_case 'curl: https in a tunnel of an https proxy' curl_proxy "$tls_url/"
  fi
  tls_case 'openssl: ALPN' openssl_alpn
  tls_case 'openssl: TLS 1.1 and old suites are refused' openssl_old
  tls_case 'openssl: KeyUpdate, with and without answer' openssl_key_update
  tls_case 'openssl: renegotiation is refused' openssl_renegotiation
  tls_case 'openssl: five reconnects, TLS 1.2' openssl_reconnect
  tls_case 'openssl: a stored session, TLS 1.2' openssl_session -tls1_2
  tls_case 'openssl: a stored session, TLS 1.3' openssl_session -tls1_3
  tls_case 'openssl: close_notify at the end' openssl_close
  if tls_judge gnutls-cli; then
    for version in 1.2 1.3; do
      tls_case "gnutls-cli: TLS $version" gnutls_version "$version"
      tls_case "gnutls-cli: a request, TLS $version" gnutls_request --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
      tls_case "gnutls-cli: a session is resumed, TLS $version" gnutls_resumption "$version"
    done
    tls_case 'gnutls-cli: a wrong name' gnutls_wrong_name
    tls_case 'gnutls-cli: ALPN' gnutls_alpn
  fi
  if tls_judge sslscan; then
    tls_case 'sslscan: versions, suites, renegotiation' scan_sslscan
  fi
  if tls_judge testssl.sh testssl; then
    tls_case 'testssl.sh: nothing but the test certificate' scan_testssl
  fi
}
