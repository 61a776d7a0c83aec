package org.claudecluster.worker.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Makes one of the two data sources active: with {@code worker.storage.jdbc-url} the shared, else the embedded. */
public final class StoreChoice implements ConfigSourceFactory {

    /** Above application.properties; still below system properties and the environment. */
    private static final int ORDINAL = 260;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue url = context.getValue("worker.storage.jdbc-url");
        boolean shared =
                url != null && url.getValue() != null && !url.getValue().isBlank();
        Map<String, String> choice = Map.of(
                "quarkus.datasource.embedded.active", String.valueOf(!shared),
                "quarkus.flyway.embedded.active", String.valueOf(!shared),
                "quarkus.datasource.shared.active", String.valueOf(shared),
                "quarkus.flyway.shared.active", String.valueOf(shared));
        return List.of(new PropertiesConfigSource(choice, "the store's choice", ORDINAL));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
