package org.claudecluster.worker.access;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Knows keys by their hashes. Immutable. */
public final class AccessKeys {

    /** Lets nobody in. */
    public static final AccessKeys NONE = new AccessKeys(List.of());

    private final Map<String, AccessKey> byHash = new HashMap<>();

    /** Throws {@link IllegalArgumentException} where two have one name or one hash: one of them would be lost. */
    AccessKeys(Collection<AccessKey> keys) {
        Map<String, AccessKey> byName = new HashMap<>();
        for (AccessKey key : keys) {
            if (byName.put(key.name(), key) != null) {
                throw new IllegalArgumentException("two keys are named " + key.name());
            }
            AccessKey other = byHash.put(key.sha256(), key);
            if (other != null) {
                throw new IllegalArgumentException(other.name() + " and " + key.name() + " have one sha256");
            }
        }
    }

    /**
     * Tells who sent this key; empty for an unknown or expired one. The look-up is by the hash, so that its time tells
     * nothing of a key.
     */
    public Optional<Caller> caller(String key, Instant now) {
        AccessKey found = byHash.get(AccessKey.hash(key));
        return Optional.ofNullable(found).filter(known -> !known.isExpired(now)).map(AccessKey::caller);
    }

    /** Names what is new, another or gone since those before: {@code +new ~other -gone}; empty if nothing is. */
    String changesSince(AccessKeys before) {
        Map<String, AccessKey> then = before.byName();
        Map<String, AccessKey> now = byName();
        Stream<String> there = now.values().stream()
                .filter(key -> !key.equals(then.get(key.name())))
                .map(key -> (then.containsKey(key.name()) ? "~" : "+") + key.name());
        Stream<String> gone =
                then.keySet().stream().filter(name -> !now.containsKey(name)).map(name -> "-" + name);
        return Stream.concat(there, gone).sorted().collect(Collectors.joining(" "));
    }

    private Map<String, AccessKey> byName() {
        return byHash.values().stream().collect(Collectors.toMap(AccessKey::name, Function.identity()));
    }

    /** How many there are, expired ones too. */
    public int size() {
        return byHash.size();
    }
}
