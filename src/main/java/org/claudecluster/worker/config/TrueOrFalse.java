package org.claudecluster.worker.config;

import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/** Two words and no others: the built-in conversion takes every word that it does not know for false. */
public final class TrueOrFalse implements Converter<Boolean> {

    private static final long serialVersionUID = 1L;

    // SmallRye Config makes it by reflection.
    public TrueOrFalse() {}

    @Override
    public Boolean convert(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false: " + value);
        };
    }
}
