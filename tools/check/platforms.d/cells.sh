# shellcheck shell=bash disable=SC2154
# Sourced by tools/check/platforms, which sets the variables; not a program.

# The cells. Each prints its steps and leaves the text for the table in `words`.

cell_run() {
  local suite=$1 root=$dir/$1.fresh seconds before log=$2
  rm -f "$root/root/key"
  fresh "$suite" || return
  before=$(du -sxk "$root" | cut -f1)
  seconds=$SECONDS
  # Compiles without the cache, because the time counts.
  enter "$root" 7200 '
    cd /root/anode
    dpkg-query -W | wc -l >/root/packages
    TIMEFORMAT="processor time %U %S"
    time CCACHE_RECACHE=1 tools/run
    echo "packages: $(($(dpkg-query -W | wc -l) - $(cat /root/packages)))"' || return
  seconds=$((SECONDS - seconds))
  grep -q '^origin drained: ' "$log" || return
  words="$(sed -n 's/^packages: //p' "$log") packages"
  words+=", $(sed -nE 's/^Need to get ([0-9.,]+ [kM]B\/)?([0-9.,]+ [kMG]?B) of archives.*/\2/p' "$log" | tail -n1) fetched"
  words+=", $((($(du -sxk "$root" | cut -f1) - before) / 1024)) MB on disk, $(((seconds + 30) / 60)) min"
  words+=" ($(awk '/^processor time/ { printf "%.0f", ($3 + $4) / 60 }' "$log") min of one processor)"
}

cell_test() {
  local log=$2
  fresh "$1" || return
  enter "$dir/$1.fresh" 14400 'cd /root/anode && tools/test' || return
  words=$(grep -E '^[0-9]+ passed, 0 failed$' "$log" | tail -n1)
  [[ -n $words ]]
}

# Follows README.md exactly: no path is set for the compiler, pkg-config or CMake.
cell_consumers() {
  local log=$2
  fresh "$1" || return
  # shellcheck disable=SC2016
  enter "$dir/$1.fresh" 7200 '
    cd /root/anode
    tools/deps test
    meson setup build-installed --prefix=/usr/local --libdir=lib -Dtests=disabled -Dsamples=disabled
    meson install -C build-installed
    ldconfig
    starts() {
      "$@" >/root/words &
      program=$! port=
      local i
      for ((i = 0; i < 100 && ${#port} == 0; i++)); do
        sleep 0.02
        port=$(sed -nE "1s|^listening on https?://127.0.0.1:||p" /root/words)
      done
    }
    request="GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answers() {
      starts "$1"
      exec 3<>"/dev/tcp/127.0.0.1/$port"
      printf "$request" >&3
      timeout 20 grep -q "Hello World!" <&3 || return
      exec 3>&-
      wait $program
    }
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost -keyout /root/key.pem -out /root/cert.pem
    answers_tls() {
      starts "$1" /root/cert.pem /root/key.pem
      printf "$request" | timeout 20 openssl s_client -quiet -connect "127.0.0.1:$port" \
        -verify_hostname localhost -verify_return_error -CAfile /root/cert.pem >/root/page
      grep -q "Hello World!" /root/page || return
      wait $program
    }
    TIMEFORMAT=%R
    export CCACHE_DISABLE=1
    for way in meson pkg-config CMake; do
      rm -rf /root/app
      mkdir /root/app
      cp test/package/consumers/hello*.cpp /root/app/
      cp -r test/package/consumers/cmake test/package/consumers/meson/meson.build /root/app/
      cd /root/app
      # build_one NAME LIBRARY: builds a program as README.md says.
      build_one() {
        case $way in
          meson) [[ -d build ]] || meson setup build && ninja -C build "$1" ;;
          pkg-config)
            mkdir -p build
            # shellcheck disable=SC2046
            c++ -std=c++20 -Wall -Wextra -Werror "$1.cpp" $(pkg-config --cflags --libs "$2") -o "build/$1"
            ;;
          CMake) cmake -S cmake -B build && cmake --build build --target "$1" ;;
        esac
      }
      build_and_ask() { build_one hello anode && answers build/hello; }
      { time build_and_ask >/root/app/log 2>&1; } 2>/root/seconds || { cat /root/app/log; exit 1; }
      echo "first answer with $way: $(tail -n1 /root/seconds) s"
      build_one hello_tls anode-tls
      answers_tls build/hello_tls
      build_one hello_web anode-web
      answers build/hello_web
      build_one hello_proxy anode-proxy
      answers build/hello_proxy
      cd /root/anode
    done' || return
  words=$(sed -nE 's/^first answer with ([^:]*): ([0-9.]+) s$/\1 \2 s/p' "$log" | paste -sd, | sed 's/,/, /g')
}

# packages COMPILER BOOST: the packages that apt has to install for them.
packages() {
  local name=${1%:*}
  local version=${name##*-}
  echo "meson ninja-build pkg-config ccache python3 libfmt-dev libssl-dev libboost$2-dev libboost-url$2-dev zlib1g-dev libbrotli-dev libzstd-dev libpsl-dev libtomlplusplus-dev"
  case $name in
    g++-*) echo "$name" ;;
    # Also installs the newest g++, whose standard library clang uses.
    clang++-*) echo "clang-$version g++ libc++-$version-dev libc++abi-$version-dev" ;;
  esac
}

# install ROOT PACKAGE...
install() {
  local root=$1
  shift
  # shellcheck disable=SC2016
  enter "$root" 1800 '
    [[ $(dpkg-query -W -f "\${db:Status-Status}\n" "$@" 2>/dev/null | grep -cx installed) == $# ]] || {
      apt-get -q update
      apt-get -q -y -o Dpkg::Options::=--force-unsafe-io install --no-install-recommends "$@"
    }' install "$@"
}

# command_of COMPILER: the value of CXX for meson.
command_of() {
  case $1 in
    *:libc++) echo "ccache ${1%:*} -stdlib=libc++" ;;
    *) echo "ccache $1" ;;
  esac
}

# Builds the library as one source per layer, which also detects unity build problems; and all public
# headers as a user includes them, without our compiler options.
cell_compiler() {
  local suite=$1 compiler=$3 boost=$4 type=${5:-release} root=$dir/$1.compilers
  [[ -d $root ]] || make_root "$suite" compilers || return
  put_tree "$root" || return
  # shellcheck disable=SC2046
  install "$root" $(packages "$compiler" "$boost") || return
  # shellcheck disable=SC2016
  enter "$root" 10800 '
    cd /root/anode
    export CXX=$1
    b=build-cell
    rm -rf $b
    what="lib/libanode.a lib/tls/libanode-tls.a lib/web/libanode-web.a lib/proxy/libanode-proxy.a"
    # Boost.URL of the system uses libstdc++; programs with another library can only be compiled.
    [[ $CXX == *libc++* ]] || what=all
    # In one source a local name can shadow a file-local name of another file. There g++ also warns
    # about the frame of each coroutine with a variable of a file-local type.
    args=-Wno-shadow
    [[ $CXX != *g++-* || $CXX == *clang* ]] || args+=" -Wno-subobject-linkage"
    meson setup $b "-Dcpp_args=$args" -Dbuildtype=$2 -Dwerror=true -Dunity=on -Dunity_size=1000 -Ddefault_library=static \
      -Dtests=disabled -Dsamples=$([[ $what == all ]] && echo enabled || echo disabled)
    ninja -C $b -k0 -j2 $what
    for h in $(cd include && find anode -name "*.hpp" | sort); do
      printf "#include <%s>\n" "$h"
    done >$b/headers.cpp
    $CXX -std=c++20 -Iinclude -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -c $b/headers.cpp -o $b/headers.o
    echo "built by $(${CXX#ccache } --version | head -n1)"' build "$(command_of "$compiler")" "$type" || return
  words=clean
}

# Compiles the tests, for the warnings of compilers that tools/test does not use there.
cell_tests() {
  local suite=$1 compiler=$3 root=$dir/$1.compilers optimization=2
  facts "$suite"
  [[ -d $root ]] || make_root "$suite" compilers || return
  put_tree "$root" || return
  # clang finds the sources of its warnings before it optimizes.
  [[ $compiler == g++* ]] || optimization=0
  # shellcheck disable=SC2046
  install "$root" $(packages "$compiler" "${boosts##* }") catch2 || return
  # shellcheck disable=SC2016
  enter "$root" 14400 '
    cd /root/anode
    export CXX=$1
    rm -rf build-cell
    meson setup build-cell -Doptimization=$2 -Ddebug=false -Dwerror=true -Ddefault_library=static -Dtests=enabled -Dsamples=disabled
    objects=$(ninja -C build-cell -t targets all | sed -nE "s,^(test/test_(pure|library|tls)\.p/.*\.o): .*,\1,p")
    ninja -C build-cell -j2 $objects' build "$(command_of "$compiler")" "$optimization" || return
  words=clean
}

# wrap_sources: Debian's source packages of the wrapped dependencies, repacked as DIR/sources/NAME.tar.
# Only a package registry needs to be reachable.
wrap_sources() {
  local root=$dir/trixie.compilers
  mkdir -p "$dir/sources"
  [[ ! -f $dir/sources/catch2.tar ]] || return 0
  [[ -d $root ]] || make_root trixie compilers || return
  install "$root" xz-utils || return
  # shellcheck disable=SC2016
  enter "$root" 1800 '
    sed "s/^deb /deb-src /" /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list
    apt-get -q update
    rm -rf /root/sources
    mkdir /root/sources
    cd /root/sources
    apt-get -q source --download-only boost1.88 fmtlib catch2
    for pair in boost:boost1.88 fmt:fmtlib catch2:catch2; do
      mkdir "${pair%:*}"
      tar -C "${pair%:*}" --strip-components=1 -xf "${pair#*:}"_*.orig.tar.*
    done' || return
  local name directory
  for name in boost fmt catch2; do
    directory=$(sed -n 's/^directory = //p' "subprojects/$name.wrap")
    tar -C "$root/root/sources/$name" --transform "s,^\\.,$directory," -cf "$dir/sources/$name.tar.new" . || return
    mv "$dir/sources/$name.tar.new" "$dir/sources/$name.tar"
  done
  rm -rf "$root/root/sources"
}

# A program with anode as a subproject. All dependencies come from their wraps, with an empty package
# cache: shared and static, with the meson of that release.
cell_wraps() {
  local suite=$1 root=$dir/$1.compilers name
  wrap_sources || return
  [[ -d $root ]] || make_root "$suite" compilers || return
  put_tree "$root" || return
  install "$root" g++ meson ninja-build pkg-config ccache cmake make || return
  rm -rf "$root/root/app" "$root/root/sources"
  mkdir -p "$root/root/app/subprojects" "$root/root/sources"
  cp test/package/consumers/hello*.cpp test/package/consumers/meson/meson.build "$root/root/app/"
  cp test/package/consumers/meson/subprojects/*.wrap "$root/root/app/subprojects/"
  cp -r "$root/root/anode" "$root/root/app/subprojects/anode" && rm -rf "$root"/root/app/subprojects/anode/build*
  for name in boost fmt catch2; do
    cp "$dir/sources/$name.tar" "$root/root/sources/"
    sed -i -e "s,^source_url = .*,source_url = file:///root/sources/$name.tar," \
      -e "s,^source_filename = .*,source_filename = $name.tar," \
      -e "s,^source_hash = .*,source_hash = $(sha256sum <"$dir/sources/$name.tar" | cut -d' ' -f1)," \
      "$root/root/app/subprojects/anode/subprojects/$name.wrap"
  done
  # shellcheck disable=SC2016
  enter "$root" 10800 '
    meson --version | sed "s/^/meson /"
    cd /root/app
    for kind in shared static; do
      rm -rf subprojects/packagecache subprojects/{boost,fmt,Catch2}-*
      meson setup build-$kind -Dbuildtype=debug -Ddefault_library=$kind --force-fallback-for=boost,fmt,catch2
      ninja -C build-$kind -j2 hello
      grep -q "subprojects/boost-" build-$kind/compile_commands.json
      timeout 60 build-$kind/hello >/root/words &
      program=$! port=
      for ((i = 0; i < 100 && ${#port} == 0; i++)); do
        sleep 0.1
        port=$(sed -n "1s|^listening on http://127.0.0.1:||p" /root/words)
      done
      exec 3<>"/dev/tcp/127.0.0.1/$port"
      printf "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3
      timeout 20 grep -q "Hello World!" <&3
      exec 3>&-
      wait $program
    done
    cd subprojects/anode
    meson setup build-catch2 -Dbuildtype=debug -Dtests=enabled -Dsamples=disabled --force-fallback-for=boost,fmt,catch2
    ninja -C build-catch2 -j2 $(ninja -C build-catch2 -t targets all | sed -nE "s,^(test/test_pure\.p/.*status.*\.o|subprojects/Catch2.*\.a): .*,\1,p")' || return
  words="meson $(sed -n 's/^meson \([0-9.]*\)$/\1/p' "$2")"
}
