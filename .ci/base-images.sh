#!/usr/bin/env bash
# Local stand-ins for the images that the Dockerfiles and compose.yaml begin with, made of Debian packages and this
# machine's JDK, for machines that reach no image registry. An image that is already there is left alone, so where a
# registry is reached, pull the real ones first.
#
#   .ci/base-images.sh         inside .ci/engine.sh run, or with DOCKER_HOST set
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'base-images: %s\n' "$*" >&2; }

JRE=eclipse-temurin:25-jre
MAVEN=maven:3.9-eclipse-temurin-25
NODE=node:22-bookworm-slim
POSTGRES=postgres:17

MODULES=java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management,jdk.management.agent,jdk.jfr,jdk.naming.dns,jdk.net
MODULES=$MODULES,jdk.jdwp.agent,jdk.jcmd,jdk.security.auth,jdk.localedata,jdk.httpserver

have() { docker image inspect "$1" >/dev/null 2>&1; }

jdk() {
    local candidate
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if [ -x "$candidate/bin/jlink" ] && [ "$("$candidate/bin/javac" -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/')" -ge 25 ]; then
            readlink -f "$candidate"
            return
        fi
    done
    say 'no JDK 25 or later'
    return 1
}

root() {
    local release=$1 packages=$2 into=$3 mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1)
    mmdebstrap --quiet --variant=essential --include="$packages" --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' "$release" "$into" "$mirror"
}

# Debian's apt as an image has it: with lists to be fetched.
build() { docker build --quiet --tag "$1" "$2" >/dev/null; }

jre_image() {
    root bookworm apt,ca-certificates,curl "$work/root.tar"
    "$(jdk)/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --compress zip-6 \
        --output "$work/jre"
    cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD root.tar /
COPY jre /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk LANG=C.UTF-8 PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
DOCKERFILE
    build "$JRE" "$work"
}

# The tar of Maven comes from Maven Central, as any artifact does.
maven_image() {
    mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$work" \
        -Dartifact=org.apache.maven:apache-maven:3.9.16:tar.gz:bin
    mkdir "$work/maven"
    tar -xzf "$work"/apache-maven-*.tar.gz -C "$work/maven" --strip-components=1
    cp -a "$(jdk)" "$work/jdk"
    rm -f "$work/jdk/lib/src.zip"
    # What this machine trusts; a link in Debian's JDKs.
    cp --remove-destination -L "$(jdk)/lib/security/cacerts" "$work/jdk/lib/security/cacerts"
    cat >"$work/Dockerfile" <<DOCKERFILE
FROM $JRE
RUN rm -rf /opt/java/openjdk
COPY jdk /opt/java/openjdk
COPY maven /usr/share/maven
RUN ln -s /usr/share/maven/bin/mvn /usr/bin/mvn
ENV MAVEN_HOME=/usr/share/maven
DOCKERFILE
    build "$MAVEN" "$work"
}

node_image() {
    root bookworm apt,ca-certificates,nodejs,npm "$work/root.tar"
    # What this machine trusts: the way out may lead through a proxy with a certificate of its own.
    cp -L /etc/ssl/certs/ca-certificates.crt "$work/"
    cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD root.tar /
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
DOCKERFILE
    build "$NODE" "$work"
}

# Understands POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as the official image does, and has its user's number, which
# the chart names.
postgres_image() {
    root trixie apt,ca-certificates,postgresql-17 "$work/root.tar"
    cat >"$work/entrypoint" <<'ENTRYPOINT'
#!/bin/bash
set -eu
data=${PGDATA:-/var/lib/postgresql/data}
bin=/usr/lib/postgresql/17/bin
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$data" /run/postgresql
    chown postgres: "$data" /run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
    "$bin/initdb" -D "$data" -U "${POSTGRES_USER:-postgres}" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
    "$bin/pg_ctl" -D "$data" -o "-c listen_addresses=''" -w start
    "$bin/createdb" -h /run/postgresql -U "${POSTGRES_USER:-postgres}" "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" || true
    "$bin/pg_ctl" -D "$data" -m fast -w stop
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*'
ENTRYPOINT
    chmod 755 "$work/entrypoint"
    cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD root.tar /
COPY entrypoint /usr/local/bin/docker-entrypoint.sh
RUN groupmod --non-unique --gid 999 postgres && usermod --non-unique --uid 999 postgres && chown -R postgres:postgres /var/lib/postgresql && install -d -o postgres -g postgres -m 3777 /run/postgresql
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
DOCKERFILE
    build "$POSTGRES" "$work"
}

ensure() {
    local image=$1 make=$2 begin=$SECONDS
    if have "$image"; then return; fi
    command -v mmdebstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null; }
    work=$(mktemp -d)
    "$make"
    rm -rf "$work"
    say "$image made in $((SECONDS - begin)) s"
}

ensure "$JRE" jre_image
ensure "$MAVEN" maven_image
ensure "$NODE" node_image
ensure "$POSTGRES" postgres_image
