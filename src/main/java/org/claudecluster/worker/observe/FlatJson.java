package org.claudecluster.worker.observe;

import io.quarkus.logging.json.runtime.JsonFormatter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;

/** JSON log lines with what the MDC holds, such as {@code taskId}, beside the other fields and not below them. */
public final class FlatJson extends JsonFormatter {

    private static final String MDC = "mdc";

    private FlatJson(JsonFormatter configured) {
        super(configured.getKeyOverrides(), withoutMdc(configured.getExcludedKeys()), configured.getAdditionalFields());
    }

    private static Set<String> withoutMdc(Set<String> excluded) {
        Set<String> all = new HashSet<>(excluded);
        all.add(MDC);
        return all;
    }

    /** Takes the place of the configured JSON format wherever it is used. */
    public static void install() {
        install(LogManager.getLogManager().getLogger("").getHandlers());
    }

    private static void install(Handler[] handlers) {
        for (Handler handler : handlers) {
            if (handler.getFormatter() instanceof JsonFormatter configured) {
                handler.setFormatter(new FlatJson(configured));
            }
            if (handler instanceof ExtHandler parent) {
                install(parent.getHandlers());
            }
        }
    }

    @Override
    protected void after(Generator generator, ExtLogRecord record) throws Exception {
        super.after(generator, record);
        for (Map.Entry<String, String> field : record.getMdcCopy().entrySet()) {
            generator.add(field.getKey(), field.getValue());
        }
    }
}
