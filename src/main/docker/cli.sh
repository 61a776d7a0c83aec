# Leaves the Claude Code CLI of version $1 at /out/claude: its native binary is one file of a package for each platform, and
# Node is not needed to run it. The time of the file is always the same, so that the layer is.
set -eu
case "$(uname -m)" in x86_64) platform=linux-x64 ;; aarch64) platform=linux-arm64 ;; *) exit 1 ;; esac
npm install --prefix /cli --ignore-scripts --no-audit --no-fund --loglevel=error "@anthropic-ai/claude-code-$platform@$1"
install -D -m 755 "/cli/node_modules/@anthropic-ai/claude-code-$platform/claude" /out/claude
touch -d @1 /out/claude
