{{/*
The worker's environment as {"env": [...]}. A name of extraEnv replaces the chart's, since a name that is there twice is
an error for server-side apply.
*/}}
{{- define "claudecluster-worker.environment" -}}
{{- $values := .Values -}}
{{- $own := list
  (dict "name" "POD_NAME" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.name")))
  (dict "name" "EXECUTOR_TYPE" "value" $values.worker.executor)
  (dict "name" "MAX_CONCURRENT_PROCESSES" "value" (include "claudecluster-worker.text" $values.worker.slots))
  (dict "name" "PTY_TIMEOUT_MS" "value" (include "claudecluster-worker.text" $values.worker.taskTimeoutMs))
  (dict "name" "LOG_LEVEL" "value" $values.worker.logLevel)
  (dict "name" "WORKER_DRAIN_TIMEOUT" "value" (printf "%ds" (int $values.drain.timeoutSeconds)))
  (dict "name" "WORKER_STOP_PATIENCE" "value" (printf "%ds" (int $values.drain.patienceSeconds)))
  (dict "name" "WORKER_STORAGE_DATA_DIR" "value" "/app/data")
  (dict "name" "WORKER_STORAGE_WORKSPACE_ROOT" "value" (include "claudecluster-worker.workspaceRoot" .))
-}}
{{- $own = concat $own (include "claudecluster-worker.databaseEnvironment" . | fromJsonArray) -}}
{{- $own = concat $own (include "claudecluster-worker.credentialEnvironment" . | fromJsonArray) -}}
{{- $own = append $own (dict "name" "WORKER_ACCESS_MODE" "value" (include "claudecluster-worker.accessMode" .)) -}}
{{- if $values.access.existingSecret -}}
{{- $own = append $own (dict "name" "WORKER_ACCESS_KEYS_FILE" "value" "/app/access/keys.json") -}}
{{- end -}}
{{- $own = append $own (dict "name" "WORKER_ACCESS_HOSTS" "value" (include "claudecluster-worker.hosts" .)) -}}
{{- range $key, $value := omit $values.worker.settings "worker.access.hosts" -}}
{{- $name := regexReplaceAll "[^A-Za-z0-9]" $key "_" | upper -}}
{{- $own = append $own (dict "name" $name "value" (include "claudecluster-worker.text" $value)) -}}
{{- end -}}
{{- $replaced := list -}}
{{- range $values.extraEnv -}}{{- $replaced = append $replaced .name -}}{{- end -}}
{{- $env := list -}}
{{- range $own -}}
{{- if not (has .name $replaced) -}}{{- $env = append $env . -}}{{- end -}}
{{- end -}}
{{- toYaml (concat $env $values.extraEnv) -}}
{{- end }}

{{/* The Service's names, those of the Ingress, and what the values add. */}}
{{- define "claudecluster-worker.hosts" -}}
{{- $name := include "claudecluster-worker.fullname" . -}}
{{- $names := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) -}}
{{- if .Values.ingress.enabled -}}
{{- range .Values.ingress.hosts -}}{{- if .host -}}{{- $names = append $names .host -}}{{- end -}}{{- end -}}
{{- end -}}
{{- with get .Values.worker.settings "worker.access.hosts" -}}{{- $names = append $names (include "claudecluster-worker.text" .) -}}{{- end -}}
{{- join "," $names -}}
{{- end }}

{{/* Several workers on one volume: the names of spare directories are only known within a pod. */}}
{{- define "claudecluster-worker.workspaceRoot" -}}
{{- if and (eq .Values.workspace.type "pvc") (ne .Values.database.mode "embedded") -}}
/app/workspace/$(POD_NAME)
{{- else -}}
/app/workspace
{{- end -}}
{{- end }}

{{- define "claudecluster-worker.databaseEnvironment" -}}
{{- $secret := include "claudecluster-worker.databaseSecretName" . -}}
{{- $external := .Values.database.external -}}
{{- $env := list -}}
{{- if eq .Values.database.mode "bundled" -}}
{{- $url := printf "jdbc:postgresql://%s-postgresql:5432/claudecluster" (include "claudecluster-worker.fullname" .) -}}
{{- $env = list
  (dict "name" "WORKER_STORAGE_JDBC_URL" "value" $url)
  (dict "name" "WORKER_STORAGE_USERNAME" "value" "worker")
  (dict "name" "WORKER_STORAGE_PASSWORD" "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" "password")))
-}}
{{- else if eq .Values.database.mode "external" -}}
{{- if $external.urlKey -}}
{{- $env = append $env (dict "name" "WORKER_STORAGE_JDBC_URL" "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" $external.urlKey))) -}}
{{- else -}}
{{- $env = append $env (dict "name" "WORKER_STORAGE_JDBC_URL" "value" $external.jdbcUrl) -}}
{{- end -}}
{{- $env = concat $env (list
  (dict "name" "WORKER_STORAGE_USERNAME" "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" $external.usernameKey)))
  (dict "name" "WORKER_STORAGE_PASSWORD" "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" $external.passwordKey))))
-}}
{{- end -}}
{{- toJson $env -}}
{{- end }}

{{- define "claudecluster-worker.credentialEnvironment" -}}
{{- $kind := include "claudecluster-worker.credential" . -}}
{{- $ref := dict "name" (include "claudecluster-worker.authSecretName" .) "key" (include "claudecluster-worker.authSecretKey" .) "optional" true -}}
{{- $env := list -}}
{{- /* A file is mounted where worker.auth.file expects it. */ -}}
{{- if eq $kind "apiKey" -}}
{{- $env = list (dict "name" "ANTHROPIC_API_KEY" "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- else if eq $kind "oauthToken" -}}
{{- $env = list (dict "name" "CLAUDE_CODE_OAUTH_TOKEN" "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- else if eq $kind "federation" -}}
{{- with .Values.claude.identityFederation -}}
{{- $env = list
  (dict "name" "ANTHROPIC_IDENTITY_TOKEN_FILE" "value" "/var/run/secrets/anthropic/token")
  (dict "name" "ANTHROPIC_FEDERATION_RULE_ID" "value" .ruleId)
  (dict "name" "ANTHROPIC_ORGANIZATION_ID" "value" .organizationId)
-}}
{{- if .serviceAccountId -}}
{{- $env = append $env (dict "name" "ANTHROPIC_SERVICE_ACCOUNT_ID" "value" .serviceAccountId) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $env -}}
{{- end }}
