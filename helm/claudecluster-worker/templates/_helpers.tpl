{{- define "claudecluster-worker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* 48 characters at most, so that the longest suffix and what a StatefulSet adds stay within 63. */}}
{{- define "claudecluster-worker.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 48 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 48 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* INVARIANT: never more and never less than these three, since a selector can't be changed. */}}
{{- define "claudecluster-worker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "claudecluster-worker.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: worker
{{- end }}

{{/* Labels of an object: dict "root" $ "component" "worker". */}}
{{- define "claudecluster-worker.labels" -}}
{{- $root := .root -}}
app.kubernetes.io/name: {{ include "claudecluster-worker.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: claudecluster
app.kubernetes.io/version: {{ $root.Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of pods: without the chart's version, so that a new chart alone ends no running task. */}}
{{- define "claudecluster-worker.podLabels" -}}
app.kubernetes.io/name: {{ include "claudecluster-worker.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: claudecluster
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Checksums of what is read at the start only; the mounted file is reloaded by the worker itself. */}}
{{- define "claudecluster-worker.podAnnotations" -}}
{{- $annotations := merge (dict) .Values.podAnnotations .Values.commonAnnotations -}}
{{- if and (include "claudecluster-worker.authInline" .) (ne (include "claudecluster-worker.credential" .) "file") -}}
{{- $_ := set $annotations "checksum/auth" (include (print $.Template.BasePath "/secret-auth.yaml") . | sha256sum) -}}
{{- end -}}
{{- if and (eq .Values.database.mode "external") (not .Values.database.external.existingSecret) -}}
{{- $_ := set $annotations "checksum/database" (include (print $.Template.BasePath "/secret-database.yaml") . | sha256sum) -}}
{{- end -}}
{{- if $annotations -}}{{- toYaml $annotations -}}{{- end -}}
{{- end }}

{{/* metadata of an object: dict "root" $ "name" "..." "component" "..." and perhaps "annotations", "labels". */}}
{{- define "claudecluster-worker.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "claudecluster-worker.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "claudecluster-worker.image" -}}
{{- $image := .image -}}
{{- $name := $image.repository -}}
{{- if $image.registry -}}{{- $name = printf "%s/%s" $image.registry $name -}}{{- end -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ $image.tag | default .tag }}
{{- end -}}
{{- end }}

{{- define "claudecluster-worker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "claudecluster-worker.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{/* "true" where replicas can be more than one; else nothing. */}}
{{- define "claudecluster-worker.many" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled (gt (int .Values.replicaCount) 1) -}}true{{- end -}}
{{- end }}

{{- define "claudecluster-worker.autoscaled" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled -}}true{{- end -}}
{{- end }}

{{/* How long the pod may take to end: what the worker is told below, and some seconds more. */}}
{{- define "claudecluster-worker.gracePeriod" -}}
{{- with .Values.drain -}}
{{ add (int .preStopSeconds) (int .timeoutSeconds) (int .patienceSeconds) (int .reserveSeconds) }}
{{- end -}}
{{- end }}

{{/* Where the credential comes from: federation, file, apiKey or oauthToken. */}}
{{- define "claudecluster-worker.credential" -}}
{{- with .Values.claude -}}
{{- if .identityFederation.enabled -}}federation
{{- else if .apiKey -}}apiKey
{{- else if .oauthToken -}}oauthToken
{{- else if .authFile -}}file
{{- else -}}{{ .secretType }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "claudecluster-worker.authSecretName" -}}
{{- .Values.claude.existingSecret | default (printf "%s-auth" (include "claudecluster-worker.fullname" .)) -}}
{{- end }}

{{- define "claudecluster-worker.authSecretKey" -}}
{{- $byDefault := dict "file" "config.json" "apiKey" "api-key" "oauthToken" "oauth-token" -}}
{{- .Values.claude.secretKey | default (get $byDefault (include "claudecluster-worker.credential" .)) -}}
{{- end }}

{{/* "true" where the chart makes the Secret. */}}
{{- define "claudecluster-worker.authInline" -}}
{{- if or .Values.claude.authFile .Values.claude.apiKey .Values.claude.oauthToken -}}true{{- end -}}
{{- end }}

{{/* What a request without a key may do: key, local or none. */}}
{{- define "claudecluster-worker.accessMode" -}}
{{- .Values.access.mode | default "key" -}}
{{- end }}

{{/* "true" where the settings name an issuer of tokens. */}}
{{- define "claudecluster-worker.hasIssuers" -}}
{{- if regexMatch "(^| )worker\\.access\\.oidc\\." (keys .Values.worker.settings | join " ") -}}true{{- end -}}
{{- end }}

{{/* Two lines that make a key, for $KEY, and the Secret that lets it in. */}}
{{- define "claudecluster-worker.makeAccess" -}}
KEY=ccw_$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'); HASH=$(printf %s "$KEY" | sha256sum | cut -c1-64)
kubectl --namespace {{ .Release.Namespace }} create secret generic {{ include "claudecluster-worker.fullname" . }}-access --from-literal=keys.json='{"keys":[{"name":"me","sha256":"'$HASH'","tenant":"default","scopes":["admin"]}]}'
{{- end }}

{{- define "claudecluster-worker.databaseSecretName" -}}
{{- $name := include "claudecluster-worker.fullname" . -}}
{{- if eq .Values.database.mode "bundled" -}}
{{ .Values.database.bundled.existingSecret | default (printf "%s-postgresql" $name) }}
{{- else -}}
{{ .Values.database.external.existingSecret | default (printf "%s-database" $name) }}
{{- end -}}
{{- end }}

{{/* "host:port" of PostgreSQL as others than the worker need it; nothing where it is not known. */}}
{{- define "claudecluster-worker.databaseHost" -}}
{{- if .Values.keda.databaseHost -}}
{{ .Values.keda.databaseHost }}
{{- else if eq .Values.database.mode "bundled" -}}
{{ include "claudecluster-worker.fullname" . }}-postgresql.{{ .Release.Namespace }}.svc:5432
{{- else -}}
{{- $url := .Values.database.external.jdbcUrl -}}
{{- if regexMatch "^jdbc:postgresql://[^/,?]+/[^?]+" $url -}}
{{- $host := $url | trimPrefix "jdbc:postgresql://" | regexFind "^[^/]+" -}}
{{ regexMatch ":[0-9]+$" $host | ternary $host (printf "%s:5432" $host) }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "claudecluster-worker.databaseName" -}}
{{- if .Values.keda.databaseName -}}
{{ .Values.keda.databaseName }}
{{- else if eq .Values.database.mode "bundled" -}}
claudecluster
{{- else -}}
{{- $url := .Values.database.external.jdbcUrl -}}
{{- if regexMatch "^jdbc:postgresql://[^/,?]+/[^?]+" $url -}}
{{ $url | trimPrefix "jdbc:postgresql://" | regexFind "/[^?]+" | trimPrefix "/" }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A setting's value as text. Helm reads numbers as floats, and would print a million as 1e+06. */}}
{{- define "claudecluster-worker.text" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end }}

{{/* Whether a custom resource may be rendered: dict "root" $ "kind" "PodMonitor". */}}
{{- define "claudecluster-worker.hasMonitoring" -}}
{{- if or (eq .root.Values.metrics.renderMode "always") (.root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind)) -}}true{{- end -}}
{{- end }}
