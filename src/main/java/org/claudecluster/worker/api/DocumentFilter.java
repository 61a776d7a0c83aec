package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.api.http.Problems;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/**
 * Completes the OpenAPI document for those who generate a client of it, at build time: what is always there is required,
 * so that nobody has to test it for null, every refusal has the type of a problem, and each operation names its scope.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class DocumentFilter implements OASFilter {

    private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
    private static final DotName SCHEMA =
            DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
    private static final DotName PROPERTY = DotName.createSimple("com.fasterxml.jackson.annotation.JsonProperty");
    private static final String OURS = "org.claudecluster.";
    private static final DotName ALLOWED = DotName.createSimple(PermissionsAllowed.class);
    private static final DotName OPERATION = DotName.createSimple(Operation.class);
    private static final String PROBLEM = "HttpProblem";
    private static final String KEY = "key";

    private final IndexView index;

    /** Called by Quarkus with the classes of the application. */
    public DocumentFilter(IndexView index) {
        this.index = index;
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, ClassInfo> records = records();
        document.getComponents().getSchemas().forEach((name, schema) -> {
            if (records.containsKey(name)) {
                require(schema, alwaysThere(records.get(name)));
            }
        });
        document.getComponents().addSchema(PROBLEM, problem());
        document.getComponents().addSecurityScheme(KEY, key());
        Map<String, String> scopes = scopes();
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(operation -> {
                    operation.getResponses().setDefaultValue(refusal());
                    if (scopes.containsKey(operation.getOperationId())) {
                        operation.setSecurity(List.of(needs(scopes.get(operation.getOperationId()))));
                    } else if (operation.getSecurity() == null) {
                        // Open to everybody, and tells more to some.
                        operation.setSecurity(
                                List.of(OASFactory.createSecurityRequirement(), needs(Scope.READ.wire())));
                    }
                });
    }

    private static SecurityRequirement needs(String scope) {
        return OASFactory.createSecurityRequirement().addScheme(KEY, scope);
    }

    /** The scope that each operation needs. */
    private Map<String, String> scopes() {
        Map<String, String> scopes = new HashMap<>();
        for (AnnotationInstance described : index.getAnnotations(OPERATION)) {
            MethodInfo method = described.target().asMethod();
            if (method.hasAnnotation(ALLOWED)) {
                scopes.put(
                        described.value("operationId").asString(),
                        method.annotation(ALLOWED).value().asStringArray()[0]);
            }
        }
        return scopes;
    }

    private static SecurityScheme key() {
        return OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(
                        "A key (ccw_...) of worker.access.keys-file, or a token of an issuer of worker.access.oidc.*."
                                + " A worker that listens on a loopback address and has neither asks for nothing.");
    }

    /** By the name that they have in the document. A record of the domain may bear the name that one of the API is given. */
    private Map<String, ClassInfo> records() {
        Map<String, ClassInfo> records = new HashMap<>();
        for (ClassInfo type : index.getKnownClasses()) {
            if (type.isRecord() && type.name().toString().startsWith(OURS)) {
                givenName(type)
                        .ifPresentOrElse(
                                name -> records.put(name, type), () -> records.putIfAbsent(type.simpleName(), type));
            }
        }
        return records;
    }

    private static Optional<String> givenName(ClassInfo type) {
        return Optional.ofNullable(type.declaredAnnotation(SCHEMA))
                .map(schema -> schema.value("name"))
                .map(AnnotationValue::asString);
    }

    private static void require(Schema schema, List<String> names) {
        TreeSet<String> required = new TreeSet<>(names);
        required.addAll(Optional.ofNullable(schema.getRequired()).orElse(List.of()));
        required.retainAll(schema.getProperties().keySet());
        if (!required.isEmpty()) {
            schema.setRequired(List.copyOf(required));
        }
    }

    /** The records of answers leave out what is null, and only what is marked may be. */
    private static List<String> alwaysThere(ClassInfo record) {
        List<String> names = new ArrayList<>();
        for (RecordComponentInfo component : record.recordComponents()) {
            if (!component.type().hasAnnotation(NULLABLE)) {
                names.add(Optional.ofNullable(component.field().annotation(PROPERTY))
                        .map(property -> property.value().asString())
                        .orElse(component.name()));
            }
        }
        return names;
    }

    /** The extension that makes problems knows neither what ours always have nor their errors. */
    private static Schema problem() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("RFC 9457. Switch on type; docs/api.md lists them.")
                .required(List.of("type", "title", "status", "detail", "instance"))
                .addProperty("type", text().examples(List.of("urn:claudecluster:problem:invalid-request")))
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text())
                .addProperty("instance", text().description("The path that was asked for."))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .items(OASFactory.createSchema()
                                        .addType(Schema.SchemaType.OBJECT)
                                        .required(List.of("field", "message"))
                                        .addProperty("field", text())
                                        .addProperty("message", text()))
                                .description("With invalid-request: each field or parameter, and what is allowed."));
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }

    private static APIResponse refusal() {
        Schema reference = OASFactory.createSchema().ref("#/components/schemas/" + PROBLEM);
        return OASFactory.createAPIResponse()
                .description("Any other refusal.")
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problems.MEDIA_TYPE,
                                OASFactory.createMediaType().schema(reference)));
    }
}
