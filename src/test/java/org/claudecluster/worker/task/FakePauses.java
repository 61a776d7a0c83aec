package org.claudecluster.worker.task;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.CredentialPause;
import org.claudecluster.worker.task.store.CredentialPauses;

/** In memory, by a clock of the test's. */
public final class FakePauses implements CredentialPauses {

    private final InstantSource clock;
    private final Map<String, Entry> entries = new HashMap<>();

    private record Entry(Reason why, Instant until) {}

    public FakePauses(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void pause(String credential, Reason why, Instant until) {
        Instant before =
                entries.containsKey(credential) ? entries.get(credential).until() : Instant.MIN;
        entries.put(credential, new Entry(why, before.isAfter(until) ? before : until));
    }

    @Override
    public void pause(String credential, Reason why, Duration time) {
        pause(credential, why, clock.instant().plus(time));
    }

    @Override
    public Optional<CredentialPause> paused(String credential) {
        return Optional.ofNullable(entries.get(credential)).map(entry -> new CredentialPause(entry.why()));
    }

    @Override
    public boolean tryAgain(String credential, Duration next) {
        Optional<Entry> due = Optional.ofNullable(entries.get(credential))
                .filter(entry -> !entry.until().isAfter(clock.instant()));
        due.ifPresent(entry ->
                entries.put(credential, new Entry(entry.why(), clock.instant().plus(next))));
        return due.isPresent();
    }

    @Override
    public void resume(String credential) {
        entries.remove(credential);
    }
}
