#!/bin/sh
# What every image has beside Java: the programs that agents and the worker call, the user, and the directories that may
# be mounted. For Debian and Ubuntu, run once while an image is built.
set -eu

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends bash ca-certificates curl git git-lfs openssh-client procps tini
# Nothing that differs from build to build, and nothing that is never read.
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache /var/log/* /tmp/*

# Ubuntu's images have a user 1000 of their own.
taken=$(getent passwd 1000 | cut -d: -f1)
[ -z "$taken" ] || userdel --remove "$taken" 2>/dev/null
useradd --uid 1000 --gid 0 --home-dir /home/claudeuser --create-home --shell /bin/bash claudeuser
# The day of the change would be in it.
sed -i 's/^\(claudeuser:[^:]*\):[0-9]*:/\1::/' /etc/shadow
rm -f /etc/shadow- /etc/passwd- /etc/group- /etc/gshadow- /etc/subuid- /etc/subgid-

# Group 0 may write what the user may: a platform that gives each pod a uid of its own gives it that group.
mkdir -p /app/auth /app/data /app/logs /app/workspace
chown -R 1000:0 /app /home/claudeuser
chmod -R g=u /app /home/claudeuser
