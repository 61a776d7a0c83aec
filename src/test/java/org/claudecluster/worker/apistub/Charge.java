package org.claudecluster.worker.apistub;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Map;

/**
 * What the stub has billed: the {@code usage} of each answer that it has begun to send whole, and none of a refusal or of
 * half an answer.
 *
 * @param account the option {@code account} of the directives that steered those answers; empty for those without one
 */
public record Charge(
        String account,
        String model,
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheCreationTokens) {

    /** Hundredths of a millionth of a US dollar for a token, in the order of the fields: the API's list prices. */
    private static final Map<String, long[]> PRICES = Map.of("claude-sonnet-4-5", new long[] {300, 1_500, 30, 375});

    public Charge {
        requireNonNull(account, "account");
        requireNonNull(model, "model");
    }

    /** The sum of what was charged for one model. */
    public static Charge sum(Collection<Charge> charges) {
        return charges.stream().reduce(Charge::plus).orElseThrow();
    }

    /** Of both together, on the account of the first. */
    Charge plus(Charge more) {
        if (!model.equals(more.model)) {
            throw new IllegalArgumentException("two models have two prices: " + model + ", " + more.model);
        }
        return new Charge(
                account,
                model,
                inputTokens + more.inputTokens,
                outputTokens + more.outputTokens,
                cacheReadTokens + more.cacheReadTokens,
                cacheCreationTokens + more.cacheCreationTokens);
    }

    /** In millionths of a US dollar; what the stub counts is never a part of one. */
    public long micros() {
        long[] price = PRICES.get(model);
        if (price == null) {
            throw new IllegalArgumentException("no price is known of " + model);
        }
        long hundredths = inputTokens * price[0]
                + outputTokens * price[1]
                + cacheReadTokens * price[2]
                + cacheCreationTokens * price[3];
        if (hundredths % 100 != 0) {
            throw new IllegalStateException("a part of a millionth: " + this);
        }
        return hundredths / 100;
    }
}
