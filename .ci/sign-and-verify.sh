#!/usr/bin/env bash
# Signs an image or a chart with the workflow's own identity (keyless), then verifies it the way docs/gitops.md says: what
# users can't verify is not released.
#
#   .ci/sign-and-verify.sh REGISTRY/NAME@sha256:DIGEST
set -euo pipefail
reference=$1
[[ $reference =~ @sha256:[0-9a-f]{64}$ ]] || { echo "sign: '$reference' has no digest" >&2; exit 1; }

cosign sign --yes --recursive "$reference"
cosign verify --certificate-identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF" \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com "$reference" >/dev/null
echo "sign: $reference is signed by $GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF"
