#!/usr/bin/env bash
# A Kubernetes 1.20.2 of one node for tests, in a network namespace of its own: nothing of the host's network is touched or
# reached, and no port can be taken. Root, Linux, x86_64; Debian packages that are missing are installed.
#
#   .ci/cluster.sh up            starts it (a second time: nothing), on the images of .ci/engine.sh; node Ready in 20 s
#   .ci/cluster.sh in CMD...     runs a command in its network, with KUBECONFIG, DOCKER_HOST and CLUSTER_NODE_IP set
#   .ci/cluster.sh down          ends it and removes all that it made
#
# It has service addresses, DNS for services and volumes (class "standard", on this disk). It has no metrics, no ingress,
# no network policies and no network outside.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

dir="${CLUSTER_DIR:-/var/lib/claudecluster-test}"
node_ip=10.99.0.1 # on the namespace's loopback: the kubelet refuses 127.0.0.0/8
volumes=12 # there is no provisioner: a claim gets one of so many, and none is used twice
# What the kubelet sets on this machine, to be put back afterwards.
sysctls=(vm/overcommit_memory kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes)
parts=(etcd apiserver controller-manager scheduler dns dns-entries kubelet proxy)
begin=$SECONDS

say() { printf 'cluster: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
told() { say "$(printf '%3d s  %s' $((SECONDS - begin)) "$*")"; }

within() { nsenter --net="$dir/net" "$@"; }
cluster_kubectl() { within kubectl --kubeconfig "$dir/kubeconfig" "$@"; }

need() {
  local missing=() pair
  for pair in dockerd:docker.io iptables:iptables ip:iproute2 socat:socat openssl:openssl nsenter:util-linux \
    curl:curl kubectl:kubernetes-client dnsmasq:dnsmasq-base; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [[ "${#missing[@]}" != 0 ]] || return 0
  say "installing ${missing[*]} by apt-get"
  apt-get update -qq >&2 || die 'apt-get update failed'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}"
}

# ---- its processes: a pid counts only together with its start time, so that no stranger is ever ended

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

start() {
  local name=$1
  shift
  setsid nsenter --net="$dir/net" "$@" >"$dir/log/$name.log" 2>&1 </dev/null &
  printf '%s %s\n' "$!" "$(started_at "$!")" >"$dir/pid/$name"
}

alive() {
  local pid since
  read -r pid since 2>/dev/null <"$dir/pid/$1" && [[ -n "$since" && "$(started_at "$pid")" == "$since" ]]
}

end() {
  local pid _
  if alive "$1"; then
    read -r pid _ <"$dir/pid/$1"
    # Each leads a process group of its own.
    kill -TERM -- "-$pid" 2>/dev/null || true
    wait_for 10 gone "$1" || kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$dir/pid/$1"
}

gone() { ! alive "$1"; }

wait_for() {
  local seconds=$1 until
  shift
  until=$((SECONDS + seconds))
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.2
  done
}

healthy() {
  local part
  for part in "${parts[@]}"; do alive "$part" || return 1; done
  cluster_kubectl wait --for=condition=Ready node/node1 --timeout=5s >/dev/null 2>&1
}

# ---- up

# The engine that runs the pods stands in the cluster's network too, on the same images as the one that built them.
# Pause containers ask for a negative OOM score, which a machine without CAP_SYS_RESOURCE refuses: it is cut to 0.
engine() {
  mkdir -p "$dir/path"
  cat >"$dir/path/runc" <<'RUNC'
#!/bin/sh
bundle= previous=
for word in "$@"; do [ "$previous" = --bundle ] && bundle=$word; previous=$word; done
[ -n "$bundle" ] && [ -f "$bundle/config.json" ] && sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/' "$bundle/config.json"
exec /usr/sbin/runc "$@"
RUNC
  chmod +x "$dir/path/runc"
  PATH="$dir/path:$PATH" ENGINE_RUN="$dir/engine" ENGINE_NET="$dir/net" "$here/engine.sh" "$1"
}

files() {
  openssl genrsa -out "$dir/pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$dir/pki/sa.key" -pubout -out "$dir/pki/sa.pub" 2>/dev/null
  local token
  token="$(openssl rand -hex 16)"
  printf '%s,admin,admin,system:masters\n' "$token" >"$dir/pki/tokens.csv"
  cat >"$dir/kubeconfig" <<YAML
apiVersion: v1
kind: Config
current-context: test
clusters: [{name: test, cluster: {server: "https://$node_ip:6443", certificate-authority: "$dir/pki/apiserver.crt"}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: test, context: {cluster: test, user: admin, namespace: default}}]
YAML
  cat >"$dir/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_ip
readOnlyPort: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
clusterDNS: [$node_ip]
clusterDomain: cluster.local
failSwapOn: false
enforceNodeAllocatable: []
oomScoreAdj: 0
syncFrequency: 5s
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
YAML
}

control_plane() {
  start etcd "$bin/etcd" --data-dir "$dir/etcd" --unsafe-no-fsync
  start apiserver "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address="$node_ip" \
    --advertise-address="$node_ip" --cert-dir="$dir/pki" --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-key-file="$dir/pki/sa.pub" --service-account-signing-key-file="$dir/pki/sa.key" \
    --service-account-issuer=https://kubernetes.default.svc --api-audiences=api --token-auth-file="$dir/pki/tokens.csv" \
    --authorization-mode=Node,RBAC --allow-privileged=true --kubelet-preferred-address-types=InternalIP
  wait_for 90 ready_api || { tail -20 "$dir/log/apiserver.log" >&2; die 'the API server is not ready'; }
  start controller-manager "$bin/kube-controller-manager" --kubeconfig="$dir/kubeconfig" \
    --service-account-private-key-file="$dir/pki/sa.key" --root-ca-file="$dir/pki/apiserver.crt" --leader-elect=false \
    --bind-address=127.0.0.1 --cert-dir="$dir/pki/controller-manager"
  start scheduler "$bin/kube-scheduler" --kubeconfig="$dir/kubeconfig" --leader-elect=false --bind-address=127.0.0.1 \
    --cert-dir="$dir/pki/scheduler"
}

ready_api() { cluster_kubectl get --raw /readyz >/dev/null 2>&1; }

node() {
  docker image inspect local/pause:3.2 >/dev/null 2>&1 ||
    tar -C "$bin" -c pause | docker import -c 'ENTRYPOINT ["/pause"]' - local/pause:3.2 >/dev/null
  start kubelet "$bin/kubelet" --config="$dir/kubelet.yaml" --kubeconfig="$dir/kubeconfig" --container-runtime=docker \
    --docker-endpoint="$DOCKER_HOST" --pod-infra-container-image=local/pause:3.2 --root-dir="$dir/kubelet" \
    --cert-dir="$dir/pki/kubelet" --hostname-override=node1 --node-ip="$node_ip" --network-plugin=
  # Without masquerading an answer from a pod on the same bridge would not come back through the service's address.
  start proxy "$bin/kube-proxy" --kubeconfig="$dir/kubeconfig" --proxy-mode=iptables --hostname-override=node1 \
    --masquerade-all --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
  storage | cluster_kubectl apply -f - >/dev/null
}

# "local" and not "hostPath": the kubelet gives such a volume to the pod's fsGroup.
storage() {
  cat <<'YAML'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
YAML
  local n
  for n in $(seq "$volumes"); do
    mkdir -p "$dir/volumes/$n"
    cat <<YAML
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: volume-$n}
spec:
  storageClassName: standard
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce, ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  local: {path: "$dir/volumes/$n"}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]}]}
YAML
  done
}

dns() {
  touch "$dir/hosts"
  start dns dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --no-resolv --no-hosts \
    --local=/cluster.local/ --addn-hosts="$dir/hosts" --listen-address="$node_ip" --bind-interfaces
  start dns-entries "$here/cluster.sh" dns-entries
}

# Writes the file of names anew whenever a service gets or loses an address: its own, or its pods' where it has none.
dns_entries() {
  export KUBECONFIG="$dir/kubeconfig"
  local of_services of_pods
  of_services='{{range .items}}{{.spec.clusterIP}} {{.metadata.name}}.{{.metadata.namespace}}.svc.cluster.local{{"\n"}}{{end}}'
  of_pods='{{range $e := .items}}{{range .subsets}}{{range .addresses}}{{.ip}} {{$e.metadata.name}}.{{$e.metadata.namespace}}.svc.cluster.local{{"\n"}}{{end}}{{end}}{{end}}'
  while true; do
    kubectl get endpoints --all-namespaces --watch --output=name 2>/dev/null | while read -r _; do
      kubectl get services --all-namespaces --output=go-template="$of_services" >"$dir/services" || continue
      kubectl get endpoints --all-namespaces --output=go-template="$of_pods" >"$dir/pods" || continue
      { grep -v '^None ' "$dir/services"; sed -n 's/^None //p' "$dir/services" | grep -F -f - "$dir/pods"; } >"$dir/hosts" || true
      read -r pid _ <"$dir/pid/dns" && kill -HUP "$pid"
    done || true
    sleep 1
  done
}

node_ready() { cluster_kubectl wait --for=condition=Ready node/node1 --timeout=1s >/dev/null 2>&1; }

came_up() { [[ "$1" == 0 ]] || say "did not come up; its logs are in $dir/log until it is brought down"; }

up() {
  [[ "$(id -u)" == 0 ]] || die 'a cluster needs root'
  if [[ -e "$dir" ]]; then
    if healthy; then told "is up already"; return; fi
    say "removing what an earlier one left in $dir"
    down
  fi
  need
  bin="$("$here/kubernetes-build.sh")"
  told 'binaries'
  mkdir -p "$dir"/{pid,log,pki,kubelet,engine}
  chmod 700 "$dir"
  local name
  for name in "${sysctls[@]}"; do printf '%s %s\n' "$name" "$(cat "/proc/sys/$name")"; done >"$dir/sysctls"
  trap 'came_up $?' EXIT
  touch "$dir/net"
  unshare --net="$dir/net" ip link set lo up
  within ip address add "$node_ip/32" dev lo
  local exports
  exports="$(engine start)" || die 'no engine'
  eval "$exports"
  printf '%s\n' "$exports" >"$dir/engine.env"
  told 'engine'
  files
  control_plane
  told 'control plane'
  dns
  node
  wait_for 90 node_ready || { tail -20 "$dir/log/kubelet.log" >&2; die 'the node is not ready'; }
  told 'node Ready'
}

# ---- down

down() {
  [[ -e "$dir" ]] || return 0
  local part name value
  for part in proxy kubelet dns-entries dns scheduler controller-manager apiserver etcd; do end "$part"; done
  if [[ -e "$dir/engine.env" ]]; then
    # shellcheck disable=SC1091
    source "$dir/engine.env"
    docker ps --all --quiet --filter name=k8s_ 2>/dev/null | xargs --no-run-if-empty docker rm --force --volumes >/dev/null 2>&1 || true
  fi
  [[ ! -e "$dir/net" || ! -e "$dir/path" ]] || engine stop
  told 'pods and processes ended'
  # The innermost first.
  grep -F " $dir/" /proc/mounts | awk '{print $2}' | sort -r | xargs --no-run-if-empty umount 2>/dev/null || true
  grep -qF " $dir/" /proc/mounts && die "still mounted below $dir: $(grep -F " $dir/" /proc/mounts | awk '{print $2}' | tr '\n' ' ')"
  find /sys/fs/cgroup -depth -type d -path '*kubepods*' -exec rmdir {} + 2>/dev/null || true
  if [[ -e "$dir/sysctls" ]]; then
    while read -r name value; do echo "$value" >"/proc/sys/$name" 2>/dev/null || true; done <"$dir/sysctls"
  fi
  rm -rf "$dir"
  told 'down'
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  in)
    shift
    [[ -e "$dir/engine.env" ]] || die 'no cluster: .ci/cluster.sh up'
    # shellcheck disable=SC1091
    source "$dir/engine.env"
    exec nsenter --net="$dir/net" env KUBECONFIG="$dir/kubeconfig" CLUSTER_NODE_IP="$node_ip" "$@"
    ;;
  dns-entries) dns_entries ;;
  *) say 'up, in COMMAND... or down'; exit 2 ;;
esac
