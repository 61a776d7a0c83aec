package org.claudecluster.worker.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/**
 * One slot and room for two tasks; room for two streams, and a comment every 200 ms. One profile for all limits, since
 * each means another application.
 */
public final class NarrowSettings implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "worker.slots.max", "1",
                "worker.queue.capacity", "2",
                "worker.stream.max-connections", "2",
                "worker.stream.keepalive-ms", "200");
    }
}
