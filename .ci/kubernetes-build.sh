#!/usr/bin/env bash
# Builds the node and control plane binaries of Kubernetes 1.20.2 from Debian's source package into the user's cache, lays
# Debian's etcd beside them and prints the directory, which is the only line on stdout. A second call finds the first's work.
# Needs Debian (or its package registry in the apt configuration) and root for what is missing; 5 to 8 minutes on two cores.
#
#   bin="$(.ci/kubernetes-build.sh)"
#   .ci/kubernetes-build.sh --cached      builds nothing; says by its exit code whether there are some
set -euo pipefail

version=1.20.2
suite=bookworm # the last Debian whose source package still has dockershim, so that an engine is all a node needs
binaries=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)

say() { printf 'kubernetes-build: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[[ "$(uname -s)/$(uname -m)" == Linux/x86_64 ]] || die 'built and tried on Linux, x86_64 only'
[[ -n "${XDG_CACHE_HOME:-}${HOME:-}" ]] || die 'set HOME or XDG_CACHE_HOME: the binaries are kept in the user cache'
cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/kubernetes"
target="$cache/$version"
scratch=''
trap '[[ -z "$scratch" ]] || { chmod -R u+w "$scratch"; rm -rf "$scratch"; }' EXIT

complete() {
  local name
  for name in "${binaries[@]}" etcd pause; do [[ -x "$1/$name" ]] || return 1; done
}

need_packages() {
  local missing=() pair
  for pair in dpkg-source:dpkg-dev patch:patch gcc:gcc make:make rsync:rsync jq:jq gpgv:gpgv; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [[ -e /usr/include/stdlib.h ]] || missing+=(libc6-dev)
  [[ "${#missing[@]}" != 0 ]] || return 0
  [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null || die "missing Debian packages: ${missing[*]}"
  say "installing ${missing[*]} by apt-get"
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || die 'apt-get update failed'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}"
}

# An apt of its own: the suite's sources and its Go 1.19, whatever release this machine is, and nothing of it installed.
private_apt() {
  local apt="$scratch/apt" mirror
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1)"
  [[ -n "$mirror" ]] || die "apt-get knows no package registry: run apt-get update first"
  mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,etc/sources.list.d,state}
  touch "$apt/status"
  printf 'deb%s [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    '' "$mirror" "$suite" -src "$mirror" "$suite" >"$apt/etc/sources.list"
  printf 'Dir::Etc "%s/etc";\nDir::State::lists "%s/lists";\nDir::State::status "%s/status";\nDir::State "%s/state";\nDir::Cache "%s/cache";\nAPT::Sandbox::User "root";\n' \
    "$apt" "$apt" "$apt" "$apt" "$apt" >"$apt/apt.conf"
  export APT_CONFIG="$apt/apt.conf"
  apt-get update -qq >&2 || die "the package lists of $suite could not be read"
}

fetch() {
  cd "$scratch"
  # The signature of the source package is checked, and Debian's patches (security among them) are applied.
  apt-get source -qq kubernetes >"$scratch/source.log" 2>&1 || { cat "$scratch/source.log" >&2; die 'no source package'; }
  # Unpacked, not installed: a package of etcd would start a service.
  apt-get download -qq golang-1.19-go golang-1.19-src etcd-server >&2 || die 'no Go 1.19 or no etcd'
  local package
  for package in *.deb; do dpkg-deb -x "$package" "$scratch/debian"; done
}

compile() {
  cd "$scratch"/kubernetes-1.20*
  mkdir -p .go/src/k8s.io home
  ln -sfn ../../.. .go/src/k8s.io/kubernetes
  env -i PATH="$scratch/debian/usr/lib/go-1.19/bin:$PATH" GOROOT="$scratch/debian/usr/lib/go-1.19" GOPATH="$PWD/.go" HOME="$PWD/home" TMPDIR="$scratch" \
    GOFLAGS="-p=$(nproc) -tags=providerless" CGO_ENABLED=0 KUBE_GIT_TREE_STATE=clean KUBE_GIT_COMMIT=debian KUBE_GIT_VERSION="v$version" \
    KUBE_GIT_MAJOR=1 KUBE_GIT_MINOR=20 nice -n 5 make WHAT="${binaries[*]/#/cmd/}" >&2 || die 'the build failed: see above'
  mkdir "$scratch/bin"
  cp "${binaries[@]/#/_output/local/bin/linux/amd64/}" "$scratch/bin/"
  cp "$scratch/debian/usr/bin/etcd" "$scratch/bin/"
  gcc -Os -static -DVERSION=3.2 -o "$scratch/bin/pause" build/pause/linux/pause.c
}

if complete "$target"; then
  printf '%s\n' "$target"
  exit 0
fi
[[ "${1:-}" != --cached ]] || exit 1
[[ ! -e "$target" ]] || die "the cached copy is damaged: remove $target and run this again"

begin=$SECONDS
mkdir -p "$cache" || die "cannot create $cache"
scratch="$(mktemp -d "$cache/.new.XXXXXX")" || die "cannot write to $cache"
need_packages
private_apt
fetch
say "sources and Go after $((SECONDS - begin)) s; building ${binaries[*]} $version"
compile
complete "$scratch/bin" || die 'the build left something out'

# One rename makes it visible whole. Whoever comes second in a race finds a full directory and uses it.
mv -T "$scratch/bin" "$target" 2>/dev/null || complete "$target" || die "cannot move the new binaries to $target"
say "built in $((SECONDS - begin)) s"
printf '%s\n' "$target"
