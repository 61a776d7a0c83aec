package org.claudecluster.worker.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.math.BigInteger;
import java.util.function.Function;

/**
 * Reads a whole number of any size: one that its type can't hold becomes the type's largest or smallest, so that the
 * field's own bound refuses it and says what is allowed. INVARIANT: every such field has a bound within its type.
 */
final class WholeNumberReader<N extends Number> extends StdScalarDeserializer<N> {

    private static final long serialVersionUID = 1L;

    private final Class<N> type;
    private final transient BigInteger least;
    private final transient BigInteger most;
    private final transient Function<BigInteger, N> exact;

    private WholeNumberReader(Class<N> type, long least, long most, Function<BigInteger, N> exact) {
        super(type);
        this.type = type;
        this.least = BigInteger.valueOf(least);
        this.most = BigInteger.valueOf(most);
        this.exact = exact;
    }

    static WholeNumberReader<Integer> ofInteger() {
        return new WholeNumberReader<>(Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE, BigInteger::intValueExact);
    }

    static WholeNumberReader<Long> ofLong() {
        return new WholeNumberReader<>(Long.class, Long.MIN_VALUE, Long.MAX_VALUE, BigInteger::longValueExact);
    }

    @Override
    public N deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return parser.hasToken(JsonToken.VALUE_NUMBER_INT)
                ? exact.apply(parser.getBigIntegerValue().max(least).min(most))
                : type.cast(context.handleUnexpectedToken(type, parser));
    }
}
