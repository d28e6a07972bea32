# shellcheck shell=bash disable=SC2154
# Sourced by tools/check/platforms, which sets the variables; not a program.

# mirror: the first Debian archive configured in apt on this machine.
mirror() {
  apt-cache policy | awk '
    $2 ~ /^https?:/ { url = $2 }
    /^ *release .*l=Debian,/ { print url; exit }'
}

# enter ROOT SECONDS COMMAND [ARGS...]: runs a bash command in the chroot. It has its own namespaces for
# mounts and processes, therefore nothing of it is left when it or this script ends.
enter() {
  local root=$1 limit=$2 suite
  shift 2
  suite=${root##*/}
  suite=${suite%.*}
  mkdir -p "$dir/ccache" "$dir/archives/$suite" "$root/ccache"
  # shellcheck disable=SC2016
  timeout --kill-after=10 "$limit" unshare --mount --pid --fork --kill-child bash -euc '
    root=$1 cache=$2 archives=$3
    shift 3
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$cache" "$root/ccache"
    mount --bind "$archives" "$root/var/cache/apt/archives"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive CCACHE_DIR=/ccache CCACHE_NOHASHDIR=1 \
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime \
      bash -euc "$@"' enter "$root" "$dir/ccache" "$dir/archives/$suite" "$@" </dev/null
}

# make_root SUITE KIND: a new minbase as DIR/SUITE.KIND; the first one of a suite is archived.
make_root() {
  local suite=$1 root=$dir/$1.$2 from proxy=
  if [[ ! -f $dir/$suite.tar ]]; then
    from=$(mirror)
    [[ -n $from ]] || { say "apt has no archive of Debian here"; return 1; }
    echo "making a minbase of $suite from $from"
    rm -rf "$dir/$suite.new"
    timeout 1800 debootstrap --variant=minbase "$suite" "$dir/$suite.new" "$from" >"$dir/$suite.log" 2>&1 ||
      { say "debootstrap failed, see $dir/$suite.log"; return 1; }
    tar -C "$dir/$suite.new" -cf "$dir/$suite.tar.new" .
    mv "$dir/$suite.tar.new" "$dir/$suite.tar"
    rm -rf "$dir/$suite.new"
  fi
  rm -rf "$root"
  mkdir -p "$root"
  tar -C "$root" -xf "$dir/$suite.tar"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  # A mirror can be a frozen copy whose lists have expired.
  echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/10frozen"
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [[ -z $proxy ]] || echo "Acquire::http::Proxy \"$proxy\";" >"$root/etc/apt/apt.conf.d/10proxy"
}

# put_tree ROOT: copies the commit's files to /root/anode; earlier build results stay.
put_tree() {
  local tree=$1/root/anode
  mkdir -p "$tree"
  find "$tree" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
  git archive "$commit" | tar -C "$tree" -x
  echo "$key" >"$1/root/key"
}

# fresh SUITE: a root in which only these sources have been installed and built.
fresh() {
  local root=$dir/$1.fresh
  [[ $(cat "$root/root/key" 2>/dev/null) == "$key" ]] && return
  make_root "$1" fresh && put_tree "$root"
}
