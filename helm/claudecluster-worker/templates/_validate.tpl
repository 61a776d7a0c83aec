{{/* What the schema can't say, and what it says, for those who skip it. Each sentence tells what to change. */}}
{{- define "claudecluster-worker.validate" -}}
{{- $values := .Values -}}
{{- $problems := list -}}
{{- range $path, $image := dict "image" $values.image "database.bundled.image" $values.database.bundled.image -}}
{{- if and $image.digest (not (regexMatch "^sha256:[0-9a-f]{64}$" $image.digest)) -}}
{{- $problems = append $problems (printf "%s.digest=%s is no digest: write sha256: and its 64 hexadecimal digits" $path $image.digest) -}}
{{- end -}}
{{- if and (eq (toString $image.tag) "latest") (not $image.digest) -}}
{{- $problems = append $problems (printf "%s.tag=latest changes under your feet: name a version, or set %s.digest" $path $path) -}}
{{- end -}}
{{- end -}}

{{- if and $values.autoscaling.enabled $values.keda.enabled -}}
{{- $problems = append $problems "autoscaling.enabled and keda.enabled would fight over the replicas: set one of them to false" -}}
{{- end -}}
{{- if and (eq $values.database.mode "embedded") (include "claudecluster-worker.many" .) -}}
{{- $problems = append $problems "the embedded database is for one worker: set database.mode to external or bundled, or replicaCount to 1 with autoscaling.enabled and keda.enabled false" -}}
{{- end -}}
{{- range $name := list "autoscaling" "keda" -}}
{{- $scaler := get $values $name -}}
{{- if and $scaler.enabled (gt (int $scaler.minReplicas) (int $scaler.maxReplicas)) -}}
{{- $problems = append $problems (printf "%s.minReplicas=%d is more than %s.maxReplicas=%d: change one of them" $name (int $scaler.minReplicas) $name (int $scaler.maxReplicas)) -}}
{{- end -}}
{{- end -}}

{{- if eq $values.database.mode "external" -}}
{{- with $values.database.external -}}
{{- if and (not .jdbcUrl) (not .urlKey) -}}
{{- $problems = append $problems "database.mode=external needs database.external.jdbcUrl, as jdbc:postgresql://db.internal:5432/claudecluster, or database.external.urlKey" -}}
{{- end -}}
{{- if and .jdbcUrl .urlKey -}}
{{- $problems = append $problems "database.external.jdbcUrl and database.external.urlKey both name the URL: leave one of them empty" -}}
{{- end -}}
{{- if and .jdbcUrl (not (hasPrefix "jdbc:postgresql:" .jdbcUrl)) -}}
{{- $problems = append $problems "database.external.jdbcUrl must begin with jdbc:postgresql: as in jdbc:postgresql://db.internal:5432/claudecluster" -}}
{{- end -}}
{{- if regexMatch "([?&]password=|//[^/]*:[^/]*@)" .jdbcUrl -}}
{{- $problems = append $problems "database.external.jdbcUrl has a password in it, which everybody who may read the Deployment would see: put it into database.external.existingSecret" -}}
{{- end -}}
{{- if and (not .existingSecret) (or (not .username) (not .password)) -}}
{{- $problems = append $problems "database.mode=external needs database.external.existingSecret, a Secret with the keys username and password (or database.external.username and .password to try it out)" -}}
{{- end -}}
{{- if and .existingSecret .password -}}
{{- $problems = append $problems "database.external.existingSecret and database.external.password both name the password: leave one of them empty" -}}
{{- end -}}
{{- if and .urlKey (not .existingSecret) -}}
{{- $problems = append $problems "database.external.urlKey is a key of database.external.existingSecret: name that Secret" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq $values.database.mode "bundled" -}}
{{- if not (or $values.database.bundled.password $values.database.bundled.existingSecret) -}}
{{- $problems = append $problems "database.mode=bundled needs database.bundled.password or database.bundled.existingSecret: the chart makes none up" -}}
{{- end -}}
{{- end -}}
{{- if and $values.keda.enabled (ne $values.database.mode "embedded") -}}
{{- if not (and (include "claudecluster-worker.databaseHost" .) (include "claudecluster-worker.databaseName" .)) -}}
{{- $problems = append $problems "KEDA can't read host and database off database.external.jdbcUrl: set keda.databaseHost and keda.databaseName" -}}
{{- end -}}
{{- end -}}

{{- with $values.claude -}}
{{- $given := 0 -}}
{{- range list .existingSecret .authFile .apiKey .oauthToken .identityFederation.enabled -}}
{{- if . -}}{{- $given = add1 $given -}}{{- end -}}
{{- end -}}
{{- if gt (int $given) 1 -}}
{{- $problems = append $problems "more than one credential is given: choose one of claude.existingSecret, claude.authFile, claude.apiKey, claude.oauthToken and claude.identityFederation.enabled" -}}
{{- end -}}
{{- if and .identityFederation.enabled (or (not .identityFederation.ruleId) (not .identityFederation.organizationId)) -}}
{{- $problems = append $problems "claude.identityFederation needs ruleId and organizationId, as the Console shows them" -}}
{{- end -}}
{{- end -}}

{{- if not $values.access.existingSecret -}}
{{- if not $values.access.mode -}}
{{- $problems = append $problems (printf "nothing says who may ask, and whoever may ask runs commands in the pod. These two lines make a key and its Secret:\n\n%s\n\n  Then set access.existingSecret=%s-access. To let in without a key, set access.mode to local (what no page of another site and no proxy has sent) or none (everybody)" (include "claudecluster-worker.makeAccess" .) (include "claudecluster-worker.fullname" .)) -}}
{{- else if and (eq $values.access.mode "key") (not (include "claudecluster-worker.hasIssuers" .)) -}}
{{- $problems = append $problems "access.mode=key without keys lets nobody in: set access.existingSecret, or name an issuer of tokens by worker.settings.worker.access.oidc.*" -}}
{{- end -}}
{{- end -}}
{{- if not (has $values.access.mode (list "" "key" "local" "none")) -}}
{{- $problems = append $problems (printf "access.mode=%s is none of key, local and none" $values.access.mode) -}}
{{- end -}}

{{- if and (eq $values.workspace.type "pvc") (ne $values.database.mode "embedded") (not $values.workspace.existingClaim) (include "claudecluster-worker.many" .) (not (has "ReadWriteMany" $values.workspace.accessModes)) -}}
{{- $problems = append $problems "several workers on one workspace claim need workspace.accessModes=[ReadWriteMany]; or set workspace.type to emptyDir" -}}
{{- end -}}
{{- if and $values.metrics.serviceMonitor.enabled $values.metrics.podMonitor.enabled -}}
{{- $problems = append $problems "metrics.serviceMonitor and metrics.podMonitor would count everything twice: enable one of them" -}}
{{- end -}}
{{- if and $values.ingress.enabled (not $values.ingress.hosts) -}}
{{- $problems = append $problems "ingress.enabled needs ingress.hosts, as [{host: worker.example.com, paths: [{path: /, pathType: Prefix}]}]" -}}
{{- end -}}

{{- range $name := list "commonLabels" "podLabels" -}}
{{- range $key, $_ := get $values $name -}}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh)/" $key -}}
{{- $problems = append $problems (printf "%s.%s is the chart's own label: choose another name" $name $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $ours := dict
  "worker.drain.timeout" "drain.timeoutSeconds"
  "worker.stop.patience" "drain.patienceSeconds"
  "worker.slots.max" "worker.slots"
  "worker.executor.type" "worker.executor"
  "worker.task.timeout-ms" "worker.taskTimeoutMs"
  "worker.storage.data-dir" "persistence"
  "worker.storage.workspace-root" "workspace"
  "worker.storage.jdbc-url" "database"
  "worker.storage.username" "database"
  "worker.storage.password" "database"
  "worker.auth.file" "claude"
  "worker.access.mode" "access.mode"
  "worker.access.keys-file" "access.existingSecret"
-}}
{{- range $key, $_ := $values.worker.settings -}}
{{- if hasKey $ours $key -}}
{{- $problems = append $problems (printf "worker.settings.%s is set by the chart: use %s" $key (get $ours $key)) -}}
{{- end -}}
{{- end -}}

{{- if $problems -}}
{{- fail (printf "\n- %s\n" (join "\n- " $problems)) -}}
{{- end -}}
{{- end }}
