package org.claudecluster.worker.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Chance that comes again: the same seed and number give the same throws. */
final class Dice {

    /** Spreads neighbouring numbers over all seeds (the golden ratio, as SplittableRandom does it). */
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;

    Dice(long seed, int number) {
        this.random = new SplittableRandom(seed + GAMMA * number);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Both ends included. */
    long between(long from, long to) {
        return from == to ? from : random.nextLong(from, to + 1);
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
