#!/usr/bin/env bash
# Runs the real-cli tests on the newest Claude Code CLI: red means that the next update of the pin needs work.
set -euo pipefail
cd "$(dirname "$0")/.."

newest=$(npm view @anthropic-ai/claude-code version)
pinned=$(sed -n 's/^version="${1:-\(.*\)}"$/\1/p' .ci/claude-cli.sh)
echo "newest CLI: $newest; pinned: $pinned"
cli=$(.ci/claude-cli.sh "$newest")
mvn -B -ntp -q -Dquick -DskipTests package
mvn -B -ntp -Preal-cli "-Dclaude.cli=$cli" toolchains:select-jdk-toolchain@default failsafe:integration-test failsafe:verify
