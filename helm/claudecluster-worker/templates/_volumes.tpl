{{- define "claudecluster-worker.volumes" -}}
{{- $name := include "claudecluster-worker.fullname" . -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmpSizeLimit }}
- name: data
  {{- if and (eq .Values.database.mode "embedded") .Values.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (printf "%s-data" $name) }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.persistence.emptyDirSizeLimit }}
  {{- end }}
- name: workspace
  {{- if eq .Values.workspace.type "pvc" }}
  persistentVolumeClaim:
    claimName: {{ .Values.workspace.existingClaim | default (printf "%s-workspace" $name) }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.workspace.sizeLimit }}
  {{- end }}
{{- if .Values.worker.logFile }}
- name: logs
  emptyDir:
    sizeLimit: 512Mi
{{- end }}
{{- if eq (include "claudecluster-worker.credential" .) "file" }}
# Optional: a Secret that comes later is mounted then, and the worker takes it without a restart.
- name: auth
  secret:
    secretName: {{ include "claudecluster-worker.authSecretName" . }}
    optional: true
    defaultMode: 288 # 0440
    items:
      - key: {{ include "claudecluster-worker.authSecretKey" . }}
        path: config.json
{{- else if eq (include "claudecluster-worker.credential" .) "federation" }}
- name: identity
  projected:
    defaultMode: 288 # 0440
    sources:
      - serviceAccountToken:
          audience: {{ .Values.claude.identityFederation.audience }}
          expirationSeconds: {{ int .Values.claude.identityFederation.expirationSeconds }}
          path: token
{{- end }}
{{- with .Values.access.existingSecret }}
- name: access
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
    items:
      - key: {{ $.Values.access.key }}
        path: keys.json
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "claudecluster-worker.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
- name: data
  mountPath: /app/data
- name: workspace
  mountPath: /app/workspace
{{- if .Values.worker.logFile }}
- name: logs
  mountPath: /app/logs
{{- end }}
{{- if eq (include "claudecluster-worker.credential" .) "file" }}
# The directory and no subPath, which would never see another version of the Secret.
- name: auth
  mountPath: /app/auth
  readOnly: true
{{- else if eq (include "claudecluster-worker.credential" .) "federation" }}
- name: identity
  mountPath: /var/run/secrets/anthropic
  readOnly: true
{{- end }}
{{- if .Values.access.existingSecret }}
# A directory as well: what changes in it is looked at each second.
- name: access
  mountPath: /app/access
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
